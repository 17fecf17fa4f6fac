import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'

export interface DockerRegistryOptions {
  /** Where pushes and deletes are reported. */
  readonly notify?: { readonly url: string; readonly headers?: Readonly<Record<string, string>> }
  /** Ask for `dockerRegistryLogin` on every request. */
  readonly basicAuth?: boolean
}

export interface DockerRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string
  stop(): Promise<void>
}

/** The one user of a registry started with `basicAuth`. */
export const dockerRegistryLogin = { username: 'tester', password: 'open-sesame' } as const

/** bcrypt of the password above, at the lowest cost: the registry checks it on every request. */
const htpasswd = `${dockerRegistryLogin.username}:$2b$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO\n`
const readyWithinMs = 20_000

/** Runs the real `docker-registry` program on a free port, with deleting enabled and its data in a new directory. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const { command, args } = findProgram()
  const directory = await mkdtemp(join(tmpdir(), 'docker-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  await writeFile(join(directory, 'htpasswd'), htpasswd)
  await writeFile(join(directory, 'config.yml'), JSON.stringify(configOf(host, directory, options)))
  const child = spawn(command, [...args, join(directory, 'config.yml')], { stdio: 'ignore' })
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const stop = async () => {
    process.off('exit', killWithUs)
    await ended(child)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await answers(`http://${host}/v2/`, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { host, stop }
}

/** JSON is YAML. */
function configOf(host: string, directory: string, { notify, basicAuth }: DockerRegistryOptions): object {
  const endpoint = notify && {
    name: 'test',
    url: notify.url,
    headers: Object.fromEntries(Object.entries(notify.headers ?? {}).map(([name, value]) => [name, [value]])),
    timeout: '2s',
    threshold: 5,
    backoff: '1s',
  }
  return {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
    http: { addr: host, secret: 'only-for-tests' },
    ...(endpoint && { notifications: { events: { includereferences: true }, endpoints: [endpoint] } }),
    ...(basicAuth && { auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } } }),
  }
}

/** Runs the registry that is there: the program, or the program from apt, or the distribution image in Docker. */
function findProgram(): { readonly command: string; readonly args: readonly string[] } {
  const program = () => ['docker-registry', '/usr/bin/docker-registry'].find((name) => runs(name, ['--version']))
  const present = program() ?? (installs() ? program() : undefined)
  if (present) return { command: present, args: ['serve'] }
  if (runs('docker', ['info'])) {
    const mount = `${tmpdir()}:${tmpdir()}`
    return { command: 'docker', args: ['run', '--rm', '--network', 'host', '--volume', mount, 'registry:2', 'serve'] }
  }
  throw new Error(
    'a registry is needed: install the program with "apt-get install docker-registry" (as root), or start Docker, which then runs registry:2',
  )
}

/** A fresh machine has no package lists yet, hence the second try. */
function installs(): boolean {
  if (process.getuid?.() !== 0) return false
  const install = () => runs('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'docker-registry'])
  return install() || (runs('apt-get', ['update', '-q']) && install())
}

function runs(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, {
      stdio: 'ignore',
      timeout: 180_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    return true
  } catch {
    return false
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with code ${child.exitCode} before it answered`)
    const answer = await request(url).catch(() => undefined)
    if (!answer) continue
    await answer.body.dump()
    return
  }
  throw new Error(`docker-registry did not answer at ${url} within ${readyWithinMs} ms`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exit
}
