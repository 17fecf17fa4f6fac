import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { runTallyman } from '../../test/support/cli.ts'
import { faultyReport } from '../../test/support/reports.ts'
import { junitOf } from '../core/report/junit.ts'
import { ruleCatalogue } from '../core/benchmark/rules.ts'
import type { Report } from '../core/report/report.ts'
import { sarifOf } from '../core/report/sarif.ts'
import { TallymanError } from '../errors.ts'
import { defaultPolicy } from '../core/policy/default-policy.ts'
import { emptyPolicy, type Policy } from '../core/policy/policy.ts'
import { parsePolicy } from '../core/policy/policy-document.ts'
import type { CliActions, ScanRequest } from './actions.ts'
import { buildProgram } from './program.ts'

const report = (outcome: Report['verdict']['outcome']) =>
  ({ schema: 'tallyman.report/v1', verdict: { outcome, policy: 'default', reasons: [] } }) as unknown as Report

/** Runs `scan` and returns what it asked for. */
async function scanned(...argv: string[]): Promise<Partial<ScanRequest>> {
  let asked: Partial<ScanRequest> = {}
  const scan = async ({ progress: _progress, signal: _signal, ...request }: ScanRequest) => {
    asked = request
    return report('pass')
  }
  await runTallyman(['scan', ...argv, '-o', 'json'], { scan })
  return asked
}

test('scan asks for an image in a registry, with defaults', async () => {
  expect(await scanned('registry.example/team/app:1.4')).toEqual({
    target: { kind: 'registry', reference: 'registry.example/team/app:1.4', plainHttp: false },
    feed: null,
    policyFile: null,
    platform: null,
    configFile: null,
  })
})

test('scan hands on every option', async () => {
  const options = ['--feed', './osv', '--policy', 'p.yaml', '--platform', 'linux/arm64', '--config', 'c.yaml']
  expect(await scanned('--archive', 'app.tar', ...options)).toEqual({
    target: { kind: 'archive', file: 'app.tar' },
    feed: { directory: './osv' },
    policyFile: 'p.yaml',
    platform: 'linux/arm64',
    configFile: 'c.yaml',
  })
  expect(await scanned('a/b', '--feed', 'none', '--platform', 'all')).toMatchObject({ feed: 'none', platform: 'all' })
})

test.each([
  ['./layout', './layout', null],
  ['./layout:1.4', './layout', '1.4'],
  ['/srv/a:b/layout', '/srv/a:b/layout', null],
  ['/srv/a:b/layout:1.4', '/srv/a:b/layout', '1.4'],
  [`layout@sha256:${'0'.repeat(64)}`, 'layout', `sha256:${'0'.repeat(64)}`],
])('scan reads --layout %s as directory and tag', async (text, directory, tag) => {
  expect(await scanned('--layout', text)).toMatchObject({ target: { kind: 'layout', directory, tag } })
})

test.each([
  ['pass', 0],
  ['warn', 0],
  ['fail', 1],
  ['inconclusive', 2],
] as const)('scan of an image with verdict %s ends in exit code %i', async (outcome, exitCode) => {
  const run = await runTallyman(['scan', 'a/b', '-o', 'json'], { scan: async () => report(outcome) })
  expect(run).toEqual({ exitCode, stdout: `${JSON.stringify(report(outcome), null, 2)}\n`, stderr: '' })
})

test.each(['sarif', 'junit'])(
  'scan -o %s prints the report for other programs, with the same exit code',
  async (format) => {
    const run = await runTallyman(['scan', 'a/b', '-o', format], { scan: async () => faultyReport })
    const expected = format === 'sarif' ? `${JSON.stringify(sarifOf(faultyReport), null, 2)}\n` : junitOf(faultyReport)
    expect(run).toEqual({ exitCode: 1, stdout: expected, stderr: '' })
  },
)

test('what cannot be done ends in exit code 3, a message on stderr and nothing on stdout', async () => {
  const scan = async ({ progress }: ScanRequest) => {
    progress('fetching a/b')
    throw new TallymanError('MANIFEST_UNKNOWN', 'a/b:1 is not in the registry')
  }
  for (const format of ['table', 'json', 'sarif', 'junit']) {
    expect(await runTallyman(['scan', 'a/b:1', '-o', format], { scan })).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'fetching a/b\nerror: a/b:1 is not in the registry [MANIFEST_UNKNOWN]\n',
    })
  }
})

test('an escape sequence in a message or in progress does not reach the terminal', async () => {
  const scan = async ({ progress }: ScanRequest) => {
    progress('layer \u001B[2K1')
    throw new TallymanError('MANIFEST_INVALID', 'bad name \u001B[31mfine\u001B[0m')
  }
  const { stderr } = await runTallyman(['scan', 'a/b:1'], { scan })
  expect(stderr).toBe('layer \\u001b[2K1\nerror: bad name \\u001b[31mfine\\u001b[0m [MANIFEST_INVALID]\n')
})

test.each([
  [['scan'], 'name one image'],
  [['scan', 'a/b', '--layout', 'x'], 'name one image'],
  [['scan', 'a/b', '-o', 'spdx'], 'spdx comes in a later release; available: table, json, sarif, junit.'],
  [['scan', 'a/b', '-o', 'xml'], 'available: table, json, sarif, junit.'],
  [['images', '-o', 'sarif'], 'available: table, json.'],
  [['scan', 'a/b', '--explain', 'CVE-2024-0001', '-o', 'junit'], 'printed as table or json, not as junit'],
  [['scan', 'a/b', '--platform', 'amd64'], 'write os/arch[/variant]'],
  [['scan', 'a/b', '--foo'], "unknown option '--foo'"],
  [['scan', 'a/b', 'c/d'], 'too many arguments'],
  [['verdict'], "missing required argument 'image'"],
  [['verdict', 'a/b', '--wait', 'soon'], 'write 30s, 5m or 1h.'],
  [['images', '--outcome', 'bad'], 'Allowed choices are pass, warn, fail, inconclusive.'],
  [['images', '--limit', '0'], 'write a whole number, 1 or more.'],
  [['serve', '--roles', 'api,cook'], 'write some of api, worker, feeds'],
  [['jobs', 'replay'], 'name the ids of dead jobs, or --all'],
  [['verdikt'], "unknown command 'verdikt'"],
  [['feed'], 'Usage: tallyman feed'],
  [[], 'Usage: tallyman'],
])('%j is wrong usage: exit code 64, and says why', async (argv, message) => {
  const run = await runTallyman(argv)
  expect(run).toMatchObject({ exitCode: 64, stdout: '' })
  expect(run.stderr).toContain(message)
})

test('serve hands on roles and configuration', async () => {
  const asked: unknown[] = []
  const serve: CliActions['serve'] = async ({ signal: _signal, ...request }) => void asked.push(request)
  await runTallyman(['serve'], { serve })
  await runTallyman(['serve', '--config', 'c.yaml', '--roles', 'worker,feeds'], { serve })
  expect(asked).toEqual([
    { configFile: null, roles: null },
    { configFile: 'c.yaml', roles: ['worker', 'feeds'] },
  ])
})

test('policy check says what a policy does, or where its mistake is', async () => {
  const strict: Policy = {
    ...emptyPolicy,
    name: 'strict',
    vulnerabilities: [{ name: 'high', severity: 'high', fixable: true, action: 'fail' }],
    onIncomplete: 'warn',
  }
  const checkPolicy: CliActions['checkPolicy'] = async (file) => {
    if (file === 'bad.yaml') throw new TallymanError('POLICY_INVALID', 'bad.yaml:3:5: unknown key "severty"')
    return { policies: [strict], warnings: file === 'odd.yaml' ? ['odd.yaml:3:5: spec: odd'] : [] }
  }
  const said =
    'policy strict is valid\n  - high: fail for findings of severity high or worse that have a fix\n  - what could not be understood: warn\n'
  expect(await runTallyman(['policy', 'check', 'strict.yaml'], { checkPolicy })).toEqual({
    exitCode: 0,
    stdout: said,
    stderr: '',
  })
  expect(await runTallyman(['policy', 'check', 'bad.yaml'], { checkPolicy })).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'bad.yaml:3:5: unknown key "severty"\n',
  })
  expect(await runTallyman(['policy', 'check', 'strict.yaml', 'bad.yaml', 'odd.yaml'], { checkPolicy })).toEqual({
    exitCode: 1,
    stdout: said + said,
    stderr: 'bad.yaml:3:5: unknown key "severty"\nwarning: odd.yaml:3:5: spec: odd\n',
  })
  const asJson = async (...files: string[]) =>
    JSON.parse((await runTallyman(['policy', 'check', '-o', 'json', ...files], { checkPolicy })).stdout) as unknown
  expect(await asJson('strict.yaml')).toEqual(strict)
  expect(await asJson('strict.yaml', 'odd.yaml')).toEqual([strict, strict])
})

test('policy default and policy schema print what to start from', async () => {
  const { stdout: document } = await runTallyman(['policy', 'default'], {})
  expect(parsePolicy(document)).toEqual(defaultPolicy)
  const { stdout: schema } = await runTallyman(['policy', 'schema'], {})
  expect(JSON.parse(schema)).toMatchObject({ $id: expect.any(String), required: expect.arrayContaining(['spec']) })
})

test('registry check ends in exit code 1 where a step fails', async () => {
  const checkRegistry: CliActions['checkRegistry'] = async () => [
    { step: 'address', status: 'ok', detail: 'https://hub.example' },
    { step: 'credentials', status: 'failed', detail: 'refused; check the password' },
  ]
  expect(await runTallyman(['registry', 'check', 'hub'], { checkRegistry })).toEqual({
    exitCode: 1,
    stdout: `\
STEP         STATUS  DETAIL
address      ok      https://hub.example
credentials  failed  refused; check the password
`,
    stderr: '',
  })
})

test('feed sync ends in exit code 3 where a feed could not be read', async () => {
  const feed = {
    name: 'osv',
    kind: 'osv' as const,
    fetched: '',
    records: 1_234,
    advisories: 1_234,
    ecosystems: {},
    skipped: 2,
    problems: [],
    location: '',
    fingerprint: '',
  }
  const snapshot = { number: 7, adoptedAt: '2026-05-02T11:00:00Z', feeds: [feed] }
  const syncFeeds = (failed: { feed: string; error: string }[]) => async () => ({
    snapshot,
    changed: true,
    failed,
    held: [],
  })
  expect(await runTallyman(['feed', 'sync'], { syncFeeds: syncFeeds([]) })).toEqual({
    exitCode: 0,
    stdout: 'adopted snapshot 7 with 1,234 advisories; 2 records could not be understood (tallyman feed status)\n',
    stderr: '',
  })
  const failed = [{ feed: 'osv', error: 'no route to host' }]
  expect(await runTallyman(['feed', 'sync'], { syncFeeds: syncFeeds(failed) })).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: 'osv: no route to host\n',
  })
})

test('feed adopt tells what is held back still, and needs to be told that it is meant', async () => {
  const candidate = {
    feed: 'osv',
    location: '/osv',
    fingerprint: '',
    fetched: '',
    heldAt: '',
    reasons: ['npm: 100 before, 10 now (-90 %)'],
    added: 0,
    changed: 0,
    removed: 90,
    skipped: 0,
    effect: {
      packages: 3,
      opened: 0,
      closed: 2,
      images: 5,
      flips: { 'fail → pass': 2, 'warn → pass': 1 },
      partial: true,
    },
    approved: false,
  }
  const adoptFeed = async () => ({ snapshot: null, changed: false, failed: [], held: [candidate] })
  const local = {
    client: async () => ({ server: null, token: null, ownToken: null, defaultServer: 'http://127.0.0.1:1' }),
  }
  expect(await runTallyman(['feed', 'adopt', 'osv', '--force'], { adoptFeed, ...local })).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: `osv: a new state is held back, the last one stays in force
  - npm: 100 before, 10 now (-90 %)
  adopting it would open 0 and close 2 findings in 3 stored packages that were tried, and turn 2 images fail → pass, 1 image warn → pass
  look, then: tallyman feed adopt osv --force (imports: import it again with --force)
`,
  })
  expect((await runTallyman(['feed', 'adopt', 'osv'], { adoptFeed, ...local })).exitCode).toBe(64)
})

test('checks lists the rules of the benchmark, and explains one by id or name', async () => {
  const listed = (await runTallyman(['checks'])).stdout.split('\n')
  expect(listed[0]).toMatch(/^CHECK +LEVEL +A GOOD IMAGE +REFERENCES$/)
  expect(listed[1]).toMatch(/^CIS-DI-0001 +high +The container runs as a user other than root +CIS Docker 4\.1$/)
  expect(JSON.parse((await runTallyman(['checks', '-o', 'json'])).stdout)).toEqual({ items: ruleCatalogue })

  const explained = await runTallyman(['checks', 'root-user'])
  expect(explained).toEqual(await runTallyman(['checks', 'cis-di-0001']))
  expect(explained.stdout).toMatch(/^check +CIS-DI-0001 \(root-user\)\n[^]*\nremedy +Create a user/)
  expect(await runTallyman(['checks', 'CIS-DI-9999'])).toMatchObject({
    exitCode: 64,
    stdout: '',
    stderr: expect.stringContaining('there is no check CIS-DI-9999'),
  })
})

test('sync, migrate, config and version print what was done', async () => {
  const actions: Partial<CliActions> = {
    syncRegistry: async () => ({ repositories: 1, tags: 1_500, forgotten: 0, enqueued: 3 }),
    migrate: async () => ['001_first', '002_second'],
    config: async () => ({ server: { port: 8080 } }),
  }
  const printed = async (...argv: string[]) => (await runTallyman(argv, actions)).stdout
  expect(await printed('sync', 'hub')).toBe('1,500 tags in 1 repository; 3 scans enqueued, 0 forgotten\n')
  expect(await printed('migrate')).toBe('ran 001_first, 002_second\n')
  expect(await printed('config')).toBe('server:\n  port: 8080\n')
  expect(await printed('config', '-o', 'json')).toBe('{\n  "server": {\n    "port": 8080\n  }\n}\n')
  expect(await printed('version')).toBe('0.0.0\n')
  expect(await printed('--version')).toBe('0.0.0\n')
})

function commands(command: Command, path = ''): string[] {
  const name = `${path}${command.name()}`
  const children = command.commands.flatMap((child) => commands(child, `${name} `))
  return command.parent ? [name, ...children] : children
}

const program = buildProgram({
  actions: { version: '0.0.0' } as CliActions,
  io: process,
  exitWith: () => undefined,
} as never)
const names = commands(program).map((name) => name.replace(/^tallyman /, ''))

test.each(names)('%s --help has examples', async (name) => {
  const run = await runTallyman([...name.split(' '), '--help'])
  expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  expect(run.stdout).toMatch(/^Usage: tallyman[^]*\nExamples:\n {2}# .+\n {2}\$ .*tallyman/)
})

test('docs/cli.md names every command', () => {
  const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  expect(names.filter((name) => !text.includes(`\`tallyman ${name}`))).toEqual([])
})
