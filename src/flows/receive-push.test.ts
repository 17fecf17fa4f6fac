import { expect, test } from 'vitest'
import { receivePush } from './receive-push.ts'
import type { Job } from '../adapters/queue/queue.ts'
import type { Location } from '../adapters/store/records.ts'
import type { Notification, Push } from '../core/image/push.ts'
import { TallymanError } from '../errors.ts'

const registry = { name: 'hub', host: 'registry.example:5000', aliases: ['registry.internal'] }
const digest = (byte: string) => `sha256:${byte.repeat(32)}`
const push = (push: Push): Notification => ({ action: 'push', push })
const index = 'application/vnd.oci.image.index.v1+json'

/** The parts of queue and store that the intake uses, in memory. */
function memory(ours: readonly string[] = []) {
  const jobs: Job[] = []
  const forgotten: (Location & { digest?: string; tag?: string })[] = []
  return {
    jobs,
    forgotten,
    queue: {
      async send(sent: readonly Job[]) {
        jobs.push(...sent)
      },
    },
    store: {
      sightings: {
        async forget(location: Location, what: { digest?: string; tag?: string }) {
          forgotten.push({ ...location, ...what })
        },
      },
      writeBacks: { isOurs: (manifest: string) => Promise.resolve(ours.includes(manifest)) },
    },
  }
}

test('a push becomes a scan job of the push lane', async () => {
  const deps = memory()
  const received = await receivePush(
    registry,
    [push({ repository: 'team/api', tag: '1.8.2', digest: digest('a1'), actor: 'ci' })],
    deps,
  )
  expect(received).toEqual({ accepted: 1, ignored: {} })
  expect(deps.jobs).toEqual([
    {
      lane: 'push',
      kind: 'scan',
      key: `scan:hub/team/api:1.8.2@${digest('a1')}`,
      payload: { registry: 'hub', repository: 'team/api', tag: '1.8.2', digest: digest('a1') },
    },
  ])
})

test('a platform pushed by digest waits for its index, the index and a tagged image do not', async () => {
  const deps = memory()
  const repository = 'team/api'
  await receivePush(
    registry,
    [
      push({ repository, digest: digest('a1') }),
      push({ repository, digest: digest('b2'), mediaType: index }),
      push({ repository, tag: '1.8.2', digest: digest('b2'), mediaType: index }),
      push({ repository, tag: '1.8.2' }),
    ],
    deps,
  )
  expect(deps.jobs.map(({ key, delaySeconds }) => ({ key, delaySeconds }))).toEqual([
    { key: `scan:hub/team/api@${digest('a1')}`, delaySeconds: 5 },
    { key: `scan:hub/team/api@${digest('b2')}`, delaySeconds: undefined },
    { key: `scan:hub/team/api:1.8.2@${digest('b2')}`, delaySeconds: undefined },
    { key: 'scan:hub/team/api:1.8.2', delaySeconds: undefined },
  ])
})

test('repeated pushes in one body become one job, and equal ones of two bodies have the same key', async () => {
  const deps = memory()
  const same = push({ repository: 'team/api', tag: '1', digest: digest('a1') })
  const other = push({ repository: 'team/web', tag: '1', digest: digest('a1') })
  expect(await receivePush(registry, [same, other, same], deps)).toEqual({ accepted: 2, ignored: { duplicate: 1 } })
  await receivePush(registry, [same], deps)
  const keys = deps.jobs.map(({ key }) => key)
  expect(keys).toEqual([keys[0], keys[1], keys[0]])
  expect(new Set(keys).size).toBe(2)
})

test('a second tag of a digest is a job of its own, so that the tag is seen', async () => {
  const deps = memory()
  const repository = 'team/api'
  const tags = ['1', 'latest'].map((tag) => push({ repository, tag, digest: digest('a1') }))
  expect(await receivePush(registry, tags, deps)).toEqual({ accepted: 2, ignored: {} })
})

test('our own reports are recognised by their digest', async () => {
  const deps = memory([digest('c3')])
  expect(await receivePush(registry, [push({ repository: 'team/api', digest: digest('c3') })], deps)).toEqual({
    accepted: 0,
    ignored: { 'own-write-back': 1 },
  })
  expect(deps.jobs).toEqual([])
})

test('a push to another host than the registry and its aliases is dropped', async () => {
  const deps = memory()
  const hosts = ['registry.example:5000', 'REGISTRY.internal', 'registry.example', 'metadata.internal', 'docker.io']
  const received = await receivePush(
    registry,
    hosts.map((host, at) => push({ host, repository: 'team/api', tag: `${at}` })),
    deps,
  )
  expect(received).toEqual({ accepted: 2, ignored: { 'other-registry': 3 } })
  expect(deps.jobs.map(({ payload }) => payload['tag'])).toEqual(['0', '1'])
})

test('deletions of a digest, a tag or a repository are forgotten and enqueue nothing', async () => {
  const deps = memory()
  const repository = 'team/api'
  const received = await receivePush(
    registry,
    [
      { action: 'delete', repository, digest: digest('a1') },
      { action: 'delete', repository, tag: '1.8.2' },
      { action: 'delete', repository },
    ],
    deps,
  )
  expect(received).toEqual({ accepted: 3, ignored: {} })
  expect(deps.jobs).toEqual([])
  expect(deps.forgotten).toEqual([
    { registry: 'hub', repository, digest: digest('a1') },
    { registry: 'hub', repository, tag: '1.8.2' },
    { registry: 'hub', repository },
  ])
})

test('what is of no interest is counted by reason', async () => {
  const deps = memory()
  const reasons = ['pull', 'blob', 'pull'].map((reason): Notification => ({ action: 'ignored', reason }))
  expect(await receivePush(registry, reasons, deps)).toEqual({ accepted: 0, ignored: { pull: 2, blob: 1 } })
})

test('it resolves only when the queue has the jobs, and fails when the queue does', async () => {
  const sent: string[] = []
  const { store } = memory()
  const slow = {
    async send() {
      await new Promise(setImmediate)
      sent.push('stored')
    },
  }
  await receivePush(registry, [push({ repository: 'team/api', tag: '1' })], { store, queue: slow })
  expect(sent).toEqual(['stored'])

  const broken = { send: () => Promise.reject(new TallymanError('QUEUE_UNAVAILABLE', 'the queue is away')) }
  await expect(
    receivePush(registry, [push({ repository: 'team/api', tag: '1' })], { store, queue: broken }),
  ).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' })
})

test('a signature has what it is of scanned again, a moment later, and is dropped where nobody looks for any', async () => {
  const signature = (push: Push): Notification => ({ action: 'signature', push, reason: 'signature' })
  const notifications = [
    signature({ repository: 'team/api', digest: digest('a1') }),
    signature({ repository: 'team/api', tag: 'sig' }),
    signature({ repository: 'team/api', digest: digest('a1'), host: 'elsewhere.example' }),
  ]
  const deps = memory()
  expect(await receivePush(registry, notifications, deps)).toEqual({ accepted: 0, ignored: { signature: 3 } })
  const looking = { ...deps, looksForSignatures: true }
  expect(await receivePush(registry, notifications, looking)).toEqual({ accepted: 2, ignored: { 'other-registry': 1 } })
  expect(deps.jobs).toEqual([
    {
      lane: 'push',
      kind: 'scan',
      key: `scan:hub/team/api@${digest('a1')} signature`,
      payload: { registry: 'hub', repository: 'team/api', digest: digest('a1'), signature: true },
      delaySeconds: 3,
    },
    {
      lane: 'push',
      kind: 'scan',
      key: 'scan:hub/team/api:sig signature',
      payload: { registry: 'hub', repository: 'team/api', tag: 'sig', signature: true },
      delaySeconds: 3,
    },
  ])
})
