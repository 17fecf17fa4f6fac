import { findEntry, fromEntry, readDockerConfig } from './docker-config.ts'
import { askHelper } from './docker-helper.ts'
import type { Credentials } from './identity.ts'

/** Credentials for a registry's host, or undefined: then it is asked anonymously. */
export type CredentialSource = (host: string) => Promise<Credentials | undefined>

export function staticCredentials({ username, password }: { username: string; password: string }): CredentialSource {
  return () => Promise.resolve({ from: 'the configuration', username, password })
}

/**
 * Credentials as docker finds them by its config.json: a helper for the host, the general helper, then `auths`. The file
 * is read anew each time, because logins change it; a missing file has no credentials. CONFIG_INVALID where the file or a
 * helper is broken.
 */
export function dockerCredentials(file: string | undefined): CredentialSource {
  return async (host) => {
    const config = file === undefined ? undefined : await readDockerConfig(file)
    if (!file || !config) return undefined
    const server = serverAddress(host)
    const helper = config.credHelpers?.[host] ?? config.credHelpers?.[server]
    if (helper) return askHelper(helper, server, file)
    const stored = config.credsStore ? await askHelper(config.credsStore, server, file) : undefined
    return stored ?? fromEntry(findEntry(config.auths ?? {}, host, server), file, host)
  }
}

/** Docker Hub is known under the address of its first API. */
function serverAddress(host: string): string {
  return host === 'docker.io' ? 'https://index.docker.io/v1/' : host
}
