import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { builtInRules } from '../../test/support/rules.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { runTallyman } from '../../test/support/cli.ts'
import { judgeStored, storeImage, storeSnapshot } from '../../test/support/stored-images.ts'
import { digestOf } from '../core/image/digest.ts'
import { junitOf } from '../core/report/junit.ts'
import { sarifOf } from '../core/report/sarif.ts'
import type { CliActions } from './actions.ts'

const hub = { registry: 'hub', repository: 'team/app' }
const app = digestOf('app')

let api: Api
let server: string

beforeAll(async () => {
  const tokens = [
    { name: 'ci', token: 'write-me', access: 'write' as const },
    { name: 'eyes', token: 'read-me', access: 'read' as const },
  ]
  api = await startApi({ tokens })
  server = await api.app.listen({ host: '127.0.0.1', port: 0 })
  await storeSnapshot(api.store)
  await storeImage(api.store, 'app')
  await judgeStored(api.store, app)
  await api.store.sightings.observe(hub, app, '1.0', '2026-05-02T11:58:00Z')
})
afterAll(() => api.close())

function client(settings: { server?: string; token?: string } = {}): CliActions['client'] {
  return async () => ({
    server: null,
    token: settings.token ?? null,
    ownToken: 'write-me',
    defaultServer: settings.server ?? server,
  })
}

const verdict = (...argv: string[]) => runTallyman(['verdict', ...argv], { client: client() })

test('prints the report, since when the verdict holds, and ends in the verdict’s exit code', async () => {
  expect(await verdict('hub/team/app:1.0')).toEqual({
    exitCode: 1,
    stdout: `\
hub/team/app:1.0 was ${app} 2 minutes ago

hub/team/app:1.0 (linux/amd64)
digest    ${app}
distro    debian 12 (Debian:12)
content   3 packages, 3.0 MB in 2 layers, built 2 days ago
policy    default
snapshot  1: osv of 3 hours ago with 3 advisories

DECISION  SEVERITY  VULNERABILITY   PACKAGE   INSTALLED         FIXED IN          BY RULE       WHERE
fail      critical  CVE-2021-44906  minimist  1.2.5             1.2.6             fixable-high  layer 1 srv/app/node_modules/minimist/package.json
fail      high      CVE-2026-1001   openssl   3.0.15-1~deb12u1  3.0.16-1~deb12u1  fixable-high  layer 0 var/lib/dpkg/status
-         low       CVE-2026-1002   zlib1g    1:1.2.13.dfsg-1   -                               layer 0 var/lib/dpkg/status

Checks that fail
  - high CIS-DI-0004 The image has been rebuilt since fixes came out
      2 findings have a fix, the oldest for 119 days
      what to do: Rebuild on a newer base, without the build cache, and deploy the new image.
  2 checks that an image cannot show: CIS-DI-0002, CIS-DI-0005

3 findings: 1 critical, 1 high, 1 low; 2 with a fix
FAIL by policy default
  - 2 vulnerabilities of high severity or worse, all with a fix (fixable-high)
Next: update minimist and openssl to the fixed versions, rebuild and push.
decided 1 day ago (first scan), checked 1 day ago
`,
    stderr: '',
  })
})

test('prints the server’s answer as JSON', async () => {
  const { stdout, exitCode } = await verdict(app, '-o', 'json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ image: app, digest: app, outcome: 'fail', complete: true })
})

test('prints the server’s report for other programs: as SARIF and as JUnit', async () => {
  const report = await api.deps.report(app)
  expect(await verdict('hub/team/app:1.0', '-o', 'sarif')).toEqual({
    exitCode: 1,
    stdout: `${JSON.stringify(sarifOf(report), null, 2)}\n`,
    stderr: '',
  })
  expect(await verdict(app, '-o', 'junit')).toEqual({ exitCode: 1, stdout: junitOf(report), stderr: '' })
})

test('a platform without a verdict is an error in the test report, not left out of it', async () => {
  const amd64 = await storeImage(api.store, 'index amd64')
  await judgeStored(api.store, amd64.digest)
  const children = [
    { digest: amd64.digest, platform: 'linux/amd64' },
    { digest: digestOf('index arm64'), platform: 'linux/arm64' },
  ]
  const index = digestOf('index')
  await api.store.images.saveIndex({
    digest: index,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    children,
  })
  const { stdout, exitCode } = await verdict(index, '-o', 'junit')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('<testsuites name="tallyman" tests="6" failures="3" errors="1" skipped="0">')
  expect(stdout).toContain(
    `<error message="not scanned yet" type="NOT_SCANNED">linux/arm64 (${digestOf('index arm64')}) has no verdict yet</error>`,
  )
  expect((JSON.parse((await verdict(index, '-o', 'sarif')).stdout) as { runs: object[] }).runs).toMatchObject([
    { invocations: [{ executionSuccessful: true }] },
    { invocations: [{ executionSuccessful: false }], results: [] },
  ])
})

test.each(['table', 'json', 'sarif', 'junit'])(
  'as %s, an image that is not scanned is an error, not a pass',
  async (format) => {
    expect(await verdict('hub/team/app:2.0', '-o', format)).toEqual({
      exitCode: 3,
      stdout: '',
      stderr:
        'error: registry.example:5000/team/app:2.0 has not been seen yet; ask for a scan or wait for its push [NOT_SCANNED]\n',
    })
  },
)

test('--wait asks for one scan and waits for its verdict', async () => {
  const running = verdict('hub/team/app:3.0', '--wait', '20s')
  const signal = new AbortController().signal
  const [job] = await api.queue.receive({ lanes: ['manual'], limit: 5, leaseSeconds: 60, waitSeconds: 10, signal })
  expect(job).toMatchObject({ kind: 'scan', payload: { registry: 'hub', repository: 'team/app', tag: '3.0' } })
  await storeImage(api.store, 'waited for')
  await judgeStored(api.store, digestOf('waited for'))
  await api.store.sightings.observe(hub, digestOf('waited for'), '3.0', '2026-05-02T11:59:00Z')
  const { exitCode, stderr } = await running
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'hub/team/app:3.0: not scanned yet, asked for a scan\n',
  })
  if (job) await api.queue.settle(job, { outcome: 'done' })
  expect(await api.queue.receive({ lanes: ['manual'], limit: 5, leaseSeconds: 60, waitSeconds: 0, signal })).toEqual([])
})

test('--wait with a token that may only read waits for the push', async () => {
  const run = await runTallyman(['verdict', 'hub/team/app:4.0', '--wait', '1s', '--token', 'read-me'], {
    client: client(),
  })
  expect(run).toMatchObject({ exitCode: 3, stdout: '' })
  expect(run.stderr).toContain('not scanned yet, waiting for its push (the API token eyes may read;')
  expect(run.stderr).toContain('[NOT_SCANNED]')
})

test('--wait that is interrupted ends at once', async () => {
  const stop = new AbortController()
  const options = { signal: stop.signal }
  const running = runTallyman(['verdict', 'hub/team/app:5.0', '--wait', '1h'], { client: client() }, options)
  await sleep(200)
  stop.abort(new DOMException('stopped by SIGINT', 'AbortError'))
  expect(await running).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('[ABORTED]') })
})

test('a wrong token and an undeclared registry are the server’s own errors', async () => {
  const wrong = await runTallyman(['verdict', app, '--token', 'nope'], { client: client() })
  expect(wrong).toEqual({ exitCode: 3, stdout: '', stderr: 'error: the API token is not known [UNAUTHORIZED]\n' })
  expect(await verdict('ghcr.io/a/b:1', '--wait', '1m')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('[REGISTRY_UNKNOWN]'),
  })
})

test('a server that is not there, or is another program, is named', async () => {
  const other = createServer((_request, answer) => answer.end('<html>welcome</html>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const html = await verdict(app, '--server', `http://127.0.0.1:${port}`)
  expect(html).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: `error: what answers at http://127.0.0.1:${port} is not tallyman: HTTP status 200 [SERVER_UNAVAILABLE]\n`,
  })
  await new Promise((resolve) => other.close(resolve))
  const gone = await verdict(app, '--server', `http://127.0.0.1:${port}`)
  expect(gone).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('[SERVER_UNAVAILABLE]') })
  expect(await verdict(app, '--server', 'ftp://x')).toMatchObject({ exitCode: 64 })
})

test('lists answer the same from a server and from the local store', async () => {
  const { store, queue } = api
  const actions: Partial<CliActions> = {
    client: client(),
    withLocal: (_config, work) => work({ store, queue, feedPlaces: [], rules: async () => builtInRules }),
  }
  for (const list of [
    ['images', '--repository', 'team/app', '--tag', '1.0'],
    ['images', '--vulnerability', 'CVE-2026-1001', '--all', '-o', 'json'],
    ['bases', '--outcome', 'fail', '-o', 'json'],
    ['packages', '--name', 'openssl', '--package-version', '3.0.15-1~deb12u1'],
    ['vulnerabilities', '--severity', 'high', '--fixable'],
    ['vulnerabilities', '--no-fixable', '-o', 'json'],
    ['feed', 'status'],
    ['jobs', 'list', '-o', 'json'],
  ]) {
    const local = await runTallyman(list, actions)
    const remote = await runTallyman([...list, '--server', server], actions)
    expect({ list, ...remote }).toEqual({ list, ...local, exitCode: 0, stderr: '' })
  }
})

test('lists are tables that say when there is more', async () => {
  const { store, queue } = api
  const actions: Partial<CliActions> = {
    client: client(),
    withLocal: (_config, work) => work({ store, queue, feedPlaces: [], rules: async () => builtInRules }),
  }
  expect((await runTallyman(['images', '--repository', 'team/app', '--tag', '1.0'], actions)).stdout).toBe(`\
VERDICT  CRITICAL  HIGH  FIXABLE  PLATFORM     DISTRO     SCANNED    DIGEST               REFERENCE
fail            1     1        2  linux/amd64  debian 12  1 day ago  ${app.slice(0, 19)}  hub/team/app:1.0
1 image
`)
  const first = await runTallyman(['vulnerabilities', '--limit', '1'], actions)
  expect(first.stdout).toMatch(
    /^SEVERITY .*\ncritical .*\n1 vulnerability; there are more: --all, or go on with --cursor .+\n$/,
  )
  const cursor = /--cursor (\S+)/.exec(first.stdout)?.[1] ?? ''
  const rest = await runTallyman(['vulnerabilities', '--cursor', cursor], actions)
  expect(rest.stdout).toMatch(/^SEVERITY .*\nhigh .*\nlow .*\n2 vulnerabilities\n$/)
  expect((await runTallyman(['feed', 'status'], actions)).stdout).toBe(`\
snapshot 1, adopted 2 hours ago
FEED  FETCHED      RECORDS  ECOSYSTEMS  SKIPPED  FROM
osv   3 hours ago        3           2        0  /feeds/osv
`)
})

test('dead jobs are listed with their error and put back', async () => {
  const { store, queue } = api
  const actions: Partial<CliActions> = {
    client: client(),
    withLocal: (_config, work) => work({ store, queue, feedPlaces: [], rules: async () => builtInRules }),
  }
  await queue.send([{ lane: 'sweep', kind: 'scan', key: 'scan:hub/a:1', payload: {} }])
  const signal = new AbortController().signal
  const [job] = await queue.receive({ lanes: ['sweep'], limit: 1, leaseSeconds: 60, waitSeconds: 0, signal })
  if (job) await queue.settle(job, { outcome: 'dead', error: 'no such tag' })
  const listed = await runTallyman(['jobs', 'list'], actions)
  expect(listed.stdout).toMatch(/LANE {4}WAITING {2}RUNNING\n/)
  expect(listed.stdout).toMatch(/sweep {2}scan:hub\/a:1 +1 .* no such tag\n1 dead job\n$/)
  expect((await runTallyman(['jobs', 'replay', '--all', '--server', server], actions)).stdout).toBe('1 job put back\n')
})
