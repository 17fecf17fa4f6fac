import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { runTallyman, type CliRun } from '../../test/support/cli.ts'
import { builtInRules } from '../../test/support/rules.ts'
import { judgeStored, storeImage, storeSnapshot } from '../../test/support/stored-images.ts'
import type { CliActions } from './actions.ts'

const now = () => new Date('2026-05-02T12:00:00.000Z')

let directory: string
let api: Api
let server: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-cli-'))
  api = await startApi()
  server = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await api.close()
  await rm(directory, { recursive: true, force: true })
})

function actions(): Partial<CliActions> {
  const { store, queue, policies, exceptions } = api.deps
  const hosts = new Map([['hub', ['registry.example:5000']]])
  const rules = {
    store,
    queue,
    rules: async () => builtInRules,
    policies: { store, queue, policies, now },
    exceptions: { store, queue, exceptions, hosts, engine: '0.0.0', now },
  }
  return {
    client: async () => ({ server: null, token: null, ownToken: null, defaultServer: server }),
    withRules: (_, work) => work(rules),
  }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

function exception(name: string, spec = ''): Promise<string> {
  const head = `apiVersion: tallyman.dev/v1\nkind: Exception\nmetadata: { name: ${name} }\n`
  const given = spec === '' ? '  vulnerabilities: [CVE-2026-0001]\n  scope: everywhere\n' : spec
  const rest = '  reason: not reachable\n  owner: team-web\n  until: 2026-07-01\n'
  return file(`${name}.yaml`, `${head}spec:\n${given}${rest}`)
}

describe.each(['the local store', 'a server'])('on %s', (where) => {
  const run = (...argv: string[]): Promise<CliRun> =>
    runTallyman([...argv, ...(where === 'a server' ? ['--server', server] : [])], actions())

  test('an exception is added, listed, shown and ended', async () => {
    expect(await run('exceptions', 'add', await exception('openssl'))).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `exception    openssl
state        active
excepts      CVE-2026-0001
where        everywhere
reason       not reachable
owner        team-web
updated      2026-05-02T12:00:00.000Z
from         2026-05-02T12:00:00.000Z
until        2026-07-01T00:00:00.000Z
approved by  team-web
`,
    })
    expect((await run('exceptions', 'list')).stdout)
      .toBe(`STATE   EXCEPTION  EXCEPTS        UNTIL       OWNER     REASON
active  openssl    CVE-2026-0001  2026-07-01  team-web  not reachable
1 exception
`)
    expect((await run('exceptions', 'list', '--state', 'pending')).stdout).toBe('0 exceptions\n')
    const ended = await run('exceptions', 'end', 'openssl', '-o', 'json')
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: 'openssl', state: 'ended', endedAt: now().toISOString() })
    expect((await run('exceptions', 'show', 'openssl')).stdout).toContain(
      'until        2026-05-02T12:00:00.000Z (ended)',
    )
    expect(await run('exceptions', 'show', 'other')).toMatchObject({ exitCode: 3, stdout: '' })
  })

  test('what a policy or an exception would change is asked before it does', async () => {
    const policy = await file(
      'calm.yaml',
      'apiVersion: tallyman.dev/v1\nkind: Policy\nmetadata: { name: calm }\nspec: { incomplete: warn }\n',
    )
    expect(await run('policy', 'preview', policy, '--exception', await exception('openssl'))).toEqual({
      exitCode: 0,
      stdout: 'none of 0 stored images would have another outcome\n',
      stderr: '',
    })
    expect(await run('policy', 'preview')).toMatchObject({ exitCode: 64, stdout: '' })
    const wrong = await file('wrong.yaml', 'kind: Policy\n')
    expect(await run('policy', 'preview', wrong)).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await run('policy', 'preview', '--without', 'nobody')).toMatchObject({ exitCode: 3, stdout: '' })
  })

  test('mistakes are on stderr with line and column', async () => {
    const wrong = await exception('wrong', '  vulnerabilities: ["*"]\n  scope: {}\n')
    const { exitCode, stdout, stderr } = await run('exceptions', 'add', wrong)
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `${wrong}:5:21: spec.vulnerabilities.0: expected the id of a vulnerability or advisory, without wildcards\n`,
    )
    expect(await run('exceptions', 'add', join(directory, 'none.yaml'))).toMatchObject({ exitCode: 64, stdout: '' })
    expect(await run('exceptions', 'add', await file('nameless.yaml', 'kind: Exception'))).toMatchObject({
      exitCode: 1,
    })
  })

  test('another tool’s file is taken over, and what is left is said', async () => {
    const path = await file('.trivyignore', 'CVE-2026-0001\nAVD-DS-0002\n')
    const take = (...options: string[]) =>
      run('exceptions', 'import', path, '--format', 'trivyignore', '--owner', 'team-web', ...options)
    const given = ['--reason', 'accepted', '--until', '2026-08-01', '--repository', 'team/*', '--name', 'web']
    const dry = await take(...given, '--dry-run')
    expect(dry.stdout).toContain(
      'not taken over: line 2: AVD-DS-0002: it is not the id of a vulnerability or of a check that tallyman has\n1 exception would be put, 1 entry not taken over\n',
    )
    expect((await run('exceptions', 'list')).stdout).toBe('0 exceptions\n')
    expect((await take(...given)).stdout).toContain('1 exception put')
    expect((await run('exceptions', 'list')).stdout).toMatch(/active {2}web-[0-9a-f]{12} {2}CVE-2026-0001/)
    expect(await take('--everywhere')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('it has no reason'),
    })
    expect(await take(...given, '--everywhere')).toMatchObject({ exitCode: 3, stdout: '' })
  })

  test('what is in force is written as OpenVEX', async () => {
    await run('exceptions', 'add', await exception('wide'))
    const narrow = '  vulnerabilities: [CVE-2026-0002]\n  scope: { registries: [hub], repositories: [team/app] }\n'
    await run('exceptions', 'add', await exception('narrow', narrow))
    const { stdout, stderr } = await run('exceptions', 'export', '--author', 'security')
    expect(stderr).toBe('not in it, as OpenVEX cannot say them: wide\n')
    expect(JSON.parse(stdout)).toMatchObject({
      author: 'security',
      statements: [{ vulnerability: { name: 'CVE-2026-0002' }, status: 'affected' }],
    })
    await storeSnapshot(api.store)
    const image = await storeImage(api.store, 'app')
    await judgeStored(api.store, image.digest)
    const ofImage = await run('exceptions', 'export', '--image', image.digest)
    expect(ofImage).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('no finding of the image is suppressed'),
    })
  })

  test('a policy is put, listed and deleted, and one with mistakes changes nothing', async () => {
    const text = `apiVersion: tallyman.dev/v1
kind: Policy
metadata: { name: strict }
spec:
  vulnerabilities:
    - { name: any, severity: low, action: fail }
`
    const strict = await file('strict.yaml', text)
    expect(await run('policy', 'put', strict)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: 'policy strict is in force\n',
    })
    const wrong = await file('wrong.yaml', text.replace('low', 'awful'))
    expect(await run('policy', 'put', wrong)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/:6:30: /),
    })
    const { items } = JSON.parse((await run('policy', 'list', '-o', 'json')).stdout) as { items: { name: string }[] }
    expect(items).toMatchObject([
      { name: 'default', origin: 'built-in' },
      { name: 'strict', document: text },
    ])
    expect((await run('policy', 'list')).stdout).toContain('strict   store ')
    expect((await run('policy', 'delete', 'strict')).stdout).toBe('policy strict is deleted\n')
    expect(await run('policy', 'delete', 'strict')).toMatchObject({ exitCode: 3 })
  })
})

test('where approval is required, an exception waits for it', async () => {
  const own = api
  api = await startApi({ exceptions: { maxDays: 365, noticeDays: 7, approval: 'required' } })
  const run = (...argv: string[]) => runTallyman(['exceptions', ...argv], actions())
  try {
    expect((await run('add', await exception('openssl'))).stdout).toContain('approved by  nobody yet')
    expect(await run('approve', 'openssl', '--by', 'team-web')).toMatchObject({ exitCode: 3 })
    expect((await run('approve', 'openssl', '--by', 'security')).stdout).toMatch(/state +active/)
  } finally {
    await api.close()
    api = own
  }
})
