import { execFile } from 'node:child_process'
import { TallymanError } from '../../errors.ts'
import type { Credentials } from './identity.ts'

/** Docker's own names: the part of the program's name after `docker-credential-`. */
const helperName = /^[\w.-]{1,64}$/
/** Helpers that talk to a cloud take a second or two; one that asks a person would wait for ever. */
const helperTimeoutMs = 20_000
const maxHelperOutput = 256 * 1024

/** Asks `docker-credential-<name>` for a server's credentials; `file` named the helper. CONFIG_INVALID where it fails. */
export async function askHelper(name: string, server: string, file: string): Promise<Credentials | undefined> {
  if (!helperName.test(name))
    throw new TallymanError('CONFIG_INVALID', `${file} names the credential helper ${JSON.stringify(name)}`)
  const program = `docker-credential-${name}`
  const output = await runHelper(program, server)
  if (output === undefined) return undefined
  const { Username: username, Secret: secret } = parseHelperOutput(output, program)
  const from = `${program} (${file})`
  if (username === '<token>') return { from, identityToken: secret }
  return { from, username, password: secret }
}

function parseHelperOutput(output: string, program: string): { Username: string; Secret: string } {
  try {
    const answer: unknown = JSON.parse(output)
    if (isObject(answer) && 'Username' in answer && 'Secret' in answer) {
      const { Username, Secret } = answer
      if (typeof Username === 'string' && typeof Secret === 'string') return { Username, Secret }
    }
  } catch {
    // the output may hold the secret, so nothing of it goes into the message
  }
  throw new TallymanError('CONFIG_INVALID', `${program} did not answer with Username and Secret`)
}

/** Undefined where the helper has no credentials for the server: then docker goes on, and so do we. */
function runHelper(program: string, server: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { timeout: helperTimeoutMs, maxBuffer: maxHelperOutput }
    const child = execFile(program, ['get'], options, (error, stdout) => {
      if (!error) return resolve(stdout)
      if (/credentials not found/i.test(stdout)) return resolve(undefined)
      return reject(
        new TallymanError('CONFIG_INVALID', `the credential helper ${program} failed: ${helperProblem(error)}`),
      )
    })
    child.stdin?.on('error', () => undefined) // a helper that never reads; its exit tells the story
    child.stdin?.end(server)
  })
}

function helperProblem(error: Error & { code?: unknown; killed?: boolean | undefined }): string {
  if (error.code === 'ENOENT') return 'there is no such program on the PATH'
  if (error.killed) return `it gave no answer within ${helperTimeoutMs / 1_000} s`
  return `it ended with code ${String(error.code)}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
