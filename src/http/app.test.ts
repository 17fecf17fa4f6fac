import { defaultPolicy } from '../core/policy/default-policy.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRules } from '../../test/support/rules.ts'
import { foreseeRebuilds } from '../flows/foresee-rebuilds.ts'
import { hubSecret, startApi, type Api } from '../../test/support/api.ts'
import { scan } from '../../test/support/store-records.ts'
import { faultyReport } from '../../test/support/reports.ts'
import { judgeStored, storeImage, storeSnapshot, type StoredImage } from '../../test/support/stored-images.ts'
import { ruleCatalogue } from '../core/benchmark/rules.ts'
import { digestOf } from '../core/image/digest.ts'
import { junitOf } from '../core/report/junit.ts'
import { sarifOf } from '../core/report/sarif.ts'
import { TallymanError } from '../errors.ts'

const hub = { registry: 'hub', repository: 'team/app' }
const seenAt = '2026-05-01T12:00:00.000Z'

describe('a store with one judged image', () => {
  let api: Api
  let image: StoredImage

  beforeAll(async () => {
    api = await startApi()
    await storeSnapshot(api.store)
    image = await storeImage(api.store, 'app')
    await judgeStored(api.store, image.digest)
    await api.store.sightings.observe(hub, image.digest, '1.0', seenAt)
  })
  afterAll(() => api.close())

  async function get(path: string) {
    const answer = await api.app.inject(path)
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
  }

  test('answers with the verdict on a tag, by the registry’s host', async () => {
    expect(await get('/api/v1/verdict?image=registry.example:5000/team/app:1.0')).toEqual({
      status: 200,
      body: {
        image: 'registry.example:5000/team/app:1.0',
        digest: image.digest,
        tagObservedAt: seenAt,
        outcome: 'fail',
        policy: 'default',
        complete: true,
        images: [
          {
            digest: image.digest,
            platform: 'linux/amd64',
            verdict: {
              digest: image.digest,
              outcome: 'fail',
              policy: 'default',
              reasons: [
                {
                  rule: 'fixable-high',
                  outcome: 'fail',
                  message: '2 vulnerabilities of high severity or worse, all with a fix',
                  findings: 2,
                },
              ],
              counts: { critical: 1, high: 1, medium: 0, low: 1, unknown: 0, fixable: 2 },
              coverage: expect.any(Array),
              snapshot: 1,
              cause: 'first scan',
              decidedAt: seenAt,
              checkedAt: seenAt,
              until: null,
            },
            gaps: [],
          },
        ],
      },
    })
  })

  test.each([
    ['its declared name', () => 'hub/team/app:1.0'],
    ['another of its hosts', () => 'mirror.example/team/app:1.0'],
    ['a digest in it', () => `hub/team/app@${image.digest}`],
    ['a bare digest', () => image.digest],
  ])('answers with the same verdict by %s', async (_name, reference) => {
    const { status, body } = await get(`/api/v1/verdict?image=${encodeURIComponent(reference())}`)
    expect([status, body['outcome'], body['digest']]).toEqual([200, 'fail', image.digest])
  })

  test.each([
    ['a tag never seen', 'hub/team/app:2.0', 404, 'NOT_SCANNED'],
    ['a digest never seen', digestOf('other'), 404, 'NOT_SCANNED'],
    ['a registry that is not declared', 'docker.io/library/alpine:3', 422, 'REGISTRY_UNKNOWN'],
    ['no reference at all', 'hub/Team App', 400, 'REFERENCE_INVALID'],
  ])('refuses %s with a problem', async (_name, reference, status, code) => {
    const answer = await api.app.inject(`/api/v1/verdict?image=${encodeURIComponent(reference)}`)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ status, code, type: `urn:tallyman:error:${code}` })
    expect(answer.statusCode).toBe(status)
  })

  test('lists images, filtered and in pages', async () => {
    const { body } = await get('/api/v1/images?repository=team/app&outcome=fail&package=openssl&limit=1')
    expect(body).toEqual({
      items: [
        {
          digest: image.digest,
          platform: 'linux/amd64',
          distro: { id: 'debian', version: '12', ecosystem: 'Debian:12' },
          size: 3_000_000,
          scannedAt: seenAt,
          outcome: 'fail',
          counts: { critical: 1, high: 1, medium: 0, low: 1, unknown: 0, fixable: 2 },
          references: ['hub/team/app:1.0'],
        },
      ],
      next: null,
    })
    expect((await get('/api/v1/images?outcome=pass')).body).toEqual({ items: [], next: null })
  })

  test('describes an image with its verdict and where it lies', async () => {
    const { body } = await get(`/api/v1/images/${image.digest}`)
    expect(body).toMatchObject({
      kind: 'image',
      digest: image.digest,
      packageCount: 3,
      locations: [{ registry: 'hub', repository: 'team/app', tags: ['1.0'] }],
      verdict: { outcome: 'fail' },
    })
  })

  test('answers with the whole report, field for field', async () => {
    const { body } = await get(`/api/v1/images/${image.digest}/report`)
    expect(body).toEqual(JSON.parse(JSON.stringify(await api.deps.report(image.digest))))
  })

  test('answers with the report as SARIF and as JUnit, for CI without our command line', async () => {
    const report = await api.deps.report(image.digest)
    const as = async (format: string) => {
      const answer = await api.app.inject(`/api/v1/images/${image.digest}/report?format=${format}`)
      return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.body }
    }
    expect(await as('sarif')).toEqual({
      status: 200,
      type: 'application/sarif+json; charset=utf-8',
      body: JSON.stringify(sarifOf(report)),
    })
    expect(await as('junit')).toEqual({ status: 200, type: 'application/xml', body: junitOf(report) })
    expect(JSON.parse((await as('json')).body)).toEqual(JSON.parse(JSON.stringify(report)))
    expect(await as('pdf')).toMatchObject({ status: 400, type: 'application/problem+json' })
  })

  test.each([
    ['findings', 'vulnerability', ['CVE-2021-44906', 'CVE-2026-1001', 'CVE-2026-1002']],
    ['packages', 'name', ['openssl', 'zlib1g', 'minimist']],
    ['layers', 'createdBy', ['step 0', 'step 1']],
    // What its scan found, and what is known of it today.
    ['checks', 'id', ['CIS-DI-0002', 'CIS-DI-0004', 'CIS-DI-0005', 'DKL-DI-0006', 'TM-0019']],
    ['secrets', 'rule', []],
  ])('pages through the %s of an image', async (part, field, expected) => {
    const seen: unknown[] = []
    let cursor = ''
    do {
      const { body } = await get(`/api/v1/images/${image.digest}/${part}?limit=2${cursor}`)
      const { items, next } = body as { items: Record<string, unknown>[]; next: string | null }
      expect(items.length).toBeLessThanOrEqual(2)
      seen.push(...items.map((item) => item[field]))
      cursor = next === null ? '' : `&cursor=${next}`
    } while (cursor !== '')
    expect(new Set(seen)).toEqual(new Set(expected))
    expect(seen).toHaveLength(expected.length)
  })

  test('has the history of the verdict', async () => {
    const { body } = await get(`/api/v1/images/${image.digest}/history`)
    expect(body).toMatchObject({ items: [{ outcome: 'fail', cause: 'first scan' }], next: null })
    expect((await get(`/api/v1/images/${digestOf('other')}/history`)).status).toBe(404)
  })

  test('says over all images which packages and vulnerabilities there are, and where', async () => {
    const packages = await get('/api/v1/packages?name=openssl')
    expect(packages.body['items']).toMatchObject([
      { name: 'openssl', ecosystem: 'Debian:12', images: 1, vulnerabilities: 1 },
    ])
    const worst = await get('/api/v1/vulnerabilities?severity=high&fixable=true')
    expect((worst.body['items'] as { vulnerability: string }[]).map(({ vulnerability }) => vulnerability)).toEqual([
      'CVE-2021-44906',
      'CVE-2026-1001',
    ])
    expect((await get('/api/v1/vulnerabilities/CVE-2026-1001')).body).toMatchObject({ severity: 'high', images: 1 })
    expect((await get('/api/v1/vulnerabilities/CVE-2026-1001/images')).body).toMatchObject({
      items: [{ image: { digest: image.digest }, findings: [{ vulnerability: 'CVE-2026-1001' }] }],
      next: null,
    })
    expect(await get('/api/v1/vulnerabilities/CVE-1999-0001')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    })
  })

  test('tells the state of the feeds and the policy in force', async () => {
    expect((await get('/api/v1/feeds')).body).toMatchObject({
      snapshot: 1,
      ageSeconds: 3 * 3600,
      stale: false,
      feeds: [{ name: 'osv', advisories: 3 }],
    })
    expect((await get('/api/v1/policies')).body).toMatchObject({ items: [defaultPolicy] })
  })

  test('lists what images are checked for, with why and what to do about it', async () => {
    const { body } = await get('/api/v1/checks')
    expect(body).toEqual({ items: ruleCatalogue })
    expect(ruleCatalogue[0]).toMatchObject({
      id: 'CIS-DI-0001',
      name: 'root-user',
      level: 'high',
      references: ['CIS Docker 4.1'],
      rationale: expect.stringMatching(/root/),
      remedy: expect.stringMatching(/USER/),
    })
  })

  test('tells what changed in the feeds, and has nothing to adopt where nothing is held back', async () => {
    expect((await get('/api/v1/feeds/diff?from=0&to=1')).body).toEqual({ items: [], next: null })
    expect((await get('/api/v1/feeds/diff?from=0')).status).toBe(400)
    const answer = await api.app.inject({ method: 'POST', url: '/api/v1/feeds/osv/adopt' })
    expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test.each([
    ['/api/v1/images?colour=red', 'unknown query parameter "colour"'],
    ['/api/v1/images?limit=0', 'query parameter "limit" must be >= 1'],
    ['/api/v1/images?limit=1001', 'query parameter "limit" must be <= 1000'],
    ['/api/v1/images?outcome=bad', 'query parameter "outcome" must be one of pass, warn, fail, inconclusive'],
    ['/api/v1/verdict', 'query parameter "image" is missing'],
    ['/api/v1/images/sha256:xyz', 'path parameter "digest" must match pattern "^sha256:[0-9a-f]{64}$"'],
    [`/api/v1/images/${digestOf('app')}/findings?cursor=abc`, 'query parameter "cursor" is not the `next` of a page'],
  ])('refuses %s and says why', async (path, detail) => {
    expect(await get(path)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', detail } })
  })

  test('refuses a cursor of another list', async () => {
    expect(await get('/api/v1/packages?cursor=abc')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
  })

  test('sends headers that keep answers out of caches and their kind from being guessed', async () => {
    const { headers } = await api.app.inject({ url: '/api/v1/images', headers: { 'x-request-id': 'build-17' } })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'build-17',
    })
  })

  test('shows metrics: requests by route, the age of the feed, the lanes', async () => {
    const text = (await api.app.inject('/metrics')).body
    expect(text).toContain('tallyman_http_request_duration_seconds_count{method="GET",route="/api/v1/images"')
    expect(text).toContain('tallyman_feed_age_seconds{feed="osv"} 10800')
    expect(text).toContain('tallyman_jobs{lane="push",state="waiting"} 0')
    expect(text).toContain('process_cpu_seconds_total')
  })
})

describe('an image with failing checks and secrets', () => {
  test('says of each the layer, whether it is the base’s, and the build instruction', async () => {
    const layers = faultyReport.image.layers.map((each, index) => ({ ...each, createdBy: `step ${index}` }))
    const report = { ...faultyReport, image: { ...faultyReport.image, layers } }
    const api = await startApi({ report: async () => report })
    const get = async (path: string) =>
      (await api.app.inject(`/api/v1/images/${report.image.digest}/${path}`)).json<object>()
    const [user, setuid, add, health, signed] = report.checks
    expect(await get('checks')).toEqual({
      items: [
        { ...user, createdBy: null },
        { ...setuid, createdBy: 'step 0' },
        { ...add, createdBy: 'step 1' },
        { ...health, createdBy: null },
        { ...signed, createdBy: null },
      ],
      next: null,
    })
    const [key, token] = report.secrets
    expect(await get('secrets')).toEqual({
      items: [
        { ...key, createdBy: 'step 1' },
        { ...token, createdBy: 'step 2' },
      ],
      next: null,
    })
    expect(await get('report')).toEqual(JSON.parse(JSON.stringify(report)))
    await api.close()
  })
})

describe('an image on a base that is stored', () => {
  test('says of each layer, package and finding what made it, and whether it is the base’s', async () => {
    const api = await startApi()
    await storeSnapshot(api.store)
    const { digest, record } = await storeImage(api.store, 'on a base')
    await judgeStored(api.store, digest)
    const base = scan('base', [], { layers: record.layers.slice(0, 1) })
    await api.store.images.save(base)
    await api.store.sightings.observe({ ...hub, repository: 'debian' }, base.digest, '12', seenAt)
    const get = async (path: string) => (await api.app.inject(`/api/v1/images/${path}`)).json<Record<string, unknown>>()
    const bases = async (query: string) => (await api.app.inject(`/api/v1/bases?${query}`)).json<unknown>()
    const [lowest, highest] = ['step 0', 'step 1'].map((createdBy, layer) => {
      return { layer, createdBy, fromBase: createdBy === 'step 0' }
    })

    expect(await get(`${digest}/report`)).toMatchObject({
      image: { base: { digest: base.digest, references: ['hub/debian:12'], layers: 1 } },
    })
    expect((await get(`${digest}/packages`))['items']).toMatchObject([
      { name: 'openssl', ...lowest },
      { name: 'zlib1g', ...lowest },
      { name: 'minimist', ...highest },
    ])
    expect((await get(`${digest}/findings`))['items']).toMatchObject([
      { vulnerability: 'CVE-2021-44906', ...highest },
      { vulnerability: 'CVE-2026-1001', ...lowest },
      { vulnerability: 'CVE-2026-1002', ...lowest },
    ])
    const [openssl, zlib1g, minimist] = record.packages.map(({ purl }) => purl)
    expect((await get(`${digest}/layers`))['items']).toEqual([
      {
        digest: digestOf('on a base layer 0'),
        diffId: digestOf('on a base diff 0'),
        size: 1_000_000,
        createdBy: 'step 0',
        layer: 0,
        fromBase: true,
        packages: [openssl, zlib1g],
      },
      {
        digest: digestOf('on a base layer 1'),
        diffId: digestOf('on a base diff 1'),
        size: 2_000_000,
        createdBy: 'step 1',
        layer: 1,
        fromBase: false,
        packages: [minimist],
      },
    ])
    expect(await get(`${base.digest}/derived`)).toMatchObject({ items: [{ digest }], next: null })
    expect(await get(`${digest}/derived`)).toEqual({ items: [], next: null })
    expect(await get(`${digestOf('other')}/derived`)).toMatchObject({ status: 404, code: 'NOT_FOUND' })

    await api.store.sightings.observe({ ...hub, repository: 'team/app' }, digest, '1', seenAt)
    await foreseeRebuilds(
      { store: api.store, rules: async () => builtInRules, now: () => new Date() },
      new AbortController().signal,
    )
    expect(await bases('outcome=fail&repository=debian')).toEqual({
      items: [
        {
          digest: base.digest,
          platform: base.platform,
          distro: base.distro,
          references: ['hub/debian:12'],
          layers: 1,
          images: { pass: 0, warn: 0, inconclusive: 0, fail: 1 },
          green: { warn: 0, inconclusive: 0, fail: 0 },
          relieved: 0,
          closes: 0,
        },
      ],
      next: null,
    })
    expect(await bases('outcome=warn')).toEqual({ items: [], next: null })
    expect(await bases('outcome=pass')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    await api.close()
  })
})

describe('an index', () => {
  test('has the worst verdict of its platforms, and says which have none yet', async () => {
    const api = await startApi()
    await storeSnapshot(api.store)
    const amd64 = await storeImage(api.store, 'index amd64', 'linux/amd64')
    const arm64 = { digest: digestOf('index arm64'), platform: 'linux/arm64' }
    await judgeStored(api.store, amd64.digest)
    const digest = digestOf('index')
    const children = [{ digest: amd64.digest, platform: 'linux/amd64' }, arm64]
    await api.store.images.saveIndex({ digest, mediaType: 'application/vnd.oci.image.index.v1+json', children })
    const ask = async () => (await api.app.inject(`/api/v1/verdict?image=${digest}`)).json<Record<string, unknown>>()

    expect(await ask()).toMatchObject({
      outcome: 'fail',
      complete: false,
      images: [
        { platform: 'linux/amd64', verdict: { outcome: 'fail' } },
        { ...arm64, verdict: null },
      ],
    })
    await storeImage(api.store, 'index arm64', 'linux/arm64')
    await judgeStored(api.store, arm64.digest)
    expect(await ask()).toMatchObject({ outcome: 'fail', complete: true })

    expect((await api.app.inject(`/api/v1/images/${digest}`)).json()).toMatchObject({ kind: 'index', children })
    expect((await api.app.inject(`/api/v1/images/${digest}/report`)).json()).toMatchObject({
      schema: 'tallyman.index-report/v1',
      images: [{ image: { platform: 'linux/amd64' } }, { image: { platform: 'linux/arm64' } }],
    })
    const findings = await api.app.inject(`/api/v1/images/${digest}/findings`)
    expect(findings.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    await api.close()
  })
})

describe('a registry that can be asked', () => {
  const newer = digestOf('newer')

  test('resolves a tag itself: a verdict on the image before the last push is not an answer', async () => {
    const api = await startApi({ resolveTag: async () => newer })
    await storeSnapshot(api.store)
    const { digest } = await storeImage(api.store, 'older')
    await judgeStored(api.store, digest)
    await api.store.sightings.observe(hub, digest, '1.0', seenAt)
    const answer = await api.app.inject('/api/v1/verdict?image=hub/team/app:1.0')
    expect(answer.json()).toMatchObject({ code: 'NOT_SCANNED', detail: expect.stringContaining(newer) })
    await api.close()
  })

  test('has a misspelt tag refused at once, and a scan on demand made the same job as the push', async () => {
    const api = await startApi({
      resolveTag: async (_registry, _repository, tag) => {
        if (tag === '1.0') return newer
        throw new TallymanError('MANIFEST_UNKNOWN', `no manifest team/app:${tag}`)
      },
    })
    const scan = (image: string) => api.app.inject({ method: 'POST', url: '/api/v1/scans', payload: { image } })
    expect((await scan('hub/team/app:1.00')).json()).toMatchObject({ status: 404, code: 'MANIFEST_UNKNOWN' })
    expect((await scan('hub/team/app:1.0')).json()).toMatchObject({ key: `scan:hub/team/app:1.0@${newer}` })
    await api.close()
  })

  test('that is away is answered for by the last observation', async () => {
    const resolveTag = () => Promise.reject(new Error('connection refused'))
    const api = await startApi({ resolveTag })
    await storeSnapshot(api.store)
    const { digest } = await storeImage(api.store, 'older')
    await judgeStored(api.store, digest)
    await api.store.sightings.observe(hub, digest, '1.0', seenAt)
    const answer = await api.app.inject('/api/v1/verdict?image=hub/team/app:1.0')
    expect(answer.json()).toMatchObject({ digest, tagObservedAt: seenAt })
    await api.close()
  })
})

describe('work', () => {
  let api: Api
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(() => api.close())

  const lease = () =>
    api.queue.receive({
      lanes: ['push', 'manual'],
      limit: 10,
      leaseSeconds: 60,
      waitSeconds: 0,
      signal: new AbortController().signal,
    })
  const post = (url: string, payload: object) => api.app.inject({ method: 'POST', url, payload })

  test('a scan on demand becomes a job in the manual lane', async () => {
    const answer = await post('/api/v1/scans', { image: 'mirror.example/team/app:1.0' })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({
      image: 'registry.example:5000/team/app:1.0',
      lane: 'manual',
      key: 'scan:hub/team/app:1.0',
    })
    const [job] = await lease()
    expect(job).toMatchObject({ kind: 'scan', payload: { registry: 'hub', repository: 'team/app', tag: '1.0' } })
    if (job) await api.queue.settle(job, { outcome: 'dead', error: 'no such tag' })
  })

  test('a dead job is listed and can be replayed', async () => {
    const listed = await api.app.inject('/api/v1/jobs?state=dead')
    expect(listed.json()).toMatchObject({
      depth: [{ lane: 'push', waiting: 0, leased: 0 }, { lane: 'manual' }, { lane: 'delta' }, { lane: 'sweep' }],
      items: [{ kind: 'scan', key: 'scan:hub/team/app:1.0', error: 'no such tag', diedAt: expect.any(String) }],
      next: null,
    })
    const { items } = listed.json<{ items: { id: string }[] }>()
    const replayed = await post('/api/v1/jobs/replay', { ids: items.map(({ id }) => id) })
    expect(replayed.json()).toEqual({ replayed: 1 })
    expect(await lease()).toMatchObject([{ kind: 'scan', attempt: 1 }])
  })

  test.each([
    [{ image: 'ghcr.io/a/b' }, 422, 'REGISTRY_UNKNOWN'],
    [{ image: digestOf('app') }, 400, 'REFERENCE_INVALID'],
    [{ image: 'hub/a', now: true }, 400, 'REQUEST_INVALID'],
    [{}, 400, 'REQUEST_INVALID'],
  ])('refuses the scan request %j', async (body, status, code) => {
    expect((await post('/api/v1/scans', body)).json()).toMatchObject({ status, code })
  })

  test('refuses a body that is not JSON, or is of another type', async () => {
    const send = (payload: string, type: string) =>
      api.app.inject({ method: 'POST', url: '/api/v1/scans', payload, headers: { 'content-type': type } })
    expect((await send('{', 'application/json')).json()).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    expect((await send('image=x', 'application/x-www-form-urlencoded')).json()).toMatchObject({
      code: 'REQUEST_INVALID',
    })
    const large = JSON.stringify({ image: 'x'.repeat(70_000) })
    expect((await send(large, 'application/json')).json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
  })
})

describe('webhooks', () => {
  let api: Api
  beforeAll(async () => {
    api = await startApi({ tokens: [{ name: 'ci', token: 'api-token', access: 'write' }] })
  })
  afterAll(() => api.close())

  const event = (digest: string) => ({
    action: 'push',
    target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, repository: 'team/app', tag: '1.0' },
  })
  const notify = (payload: string | Buffer, headers: Record<string, string> = {}, url = '/webhooks/hub') =>
    api.app.inject({
      method: 'POST',
      url,
      payload,
      headers: {
        'content-type': 'application/vnd.docker.distribution.events.v2+json',
        authorization: `Bearer ${hubSecret}`,
        ...headers,
      },
    })
  const waiting = async () => (await api.queue.depth()).reduce((sum, lane) => sum + lane.waiting + lane.leased, 0)

  test('refuses a notification without the secret, and keeps no job of it', async () => {
    const body = JSON.stringify({ events: [event(digestOf('a'))] })
    for (const authorization of ['', 'Bearer wrong', 'Bearer api-token']) {
      expect((await notify(body, { authorization })).json()).toMatchObject({
        status: 401,
        code: 'WEBHOOK_UNAUTHORIZED',
      })
    }
    expect(await waiting()).toBe(0)
  })

  test('refuses what is malformed, too large, or for a registry that is not declared', async () => {
    expect((await notify('{"events":')).json()).toMatchObject({ status: 400, code: 'WEBHOOK_MALFORMED' })
    expect((await notify('')).json()).toMatchObject({ status: 400, code: 'WEBHOOK_MALFORMED' })
    expect((await notify(Buffer.alloc(5 * 1024 * 1024, ' '))).json()).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    })
    expect((await notify('{}', {}, '/webhooks/other')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(await waiting()).toBe(0)
  })

  test('takes a push, whatever its content type, and has stored the job when it answers', async () => {
    const digest = digestOf('pushed')
    const pull = { ...event(digest), action: 'pull' }
    const answer = await notify(JSON.stringify({ events: [event(digest), event(digest), pull] }), {
      'content-type': 'text/strange',
    })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ accepted: 1, ignored: { duplicate: 1, pull: 1 } })
    expect(await waiting()).toBe(1)
  })

  test('answers the CloudEvents handshake', async () => {
    const answer = await api.app.inject({
      method: 'OPTIONS',
      url: '/webhooks/hub',
      headers: { 'webhook-request-origin': 'events.example' },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe('')
    expect(answer.headers).toMatchObject({ 'webhook-allowed-origin': 'events.example', 'webhook-allowed-rate': '*' })
    expect((await api.app.inject({ method: 'OPTIONS', url: '/webhooks/other' })).statusCode).toBe(404)
  })
})

describe('tokens', () => {
  let api: Api
  beforeAll(async () => {
    api = await startApi({
      tokens: [
        { name: 'dashboard', token: 'read-me', access: 'read' },
        { name: 'ci', token: 'write-me', access: 'write' },
      ],
    })
  })
  afterAll(() => api.close())

  const ask = async (method: 'GET' | 'POST', url: string, token?: string) => {
    const payload = method === 'POST' ? { image: 'hub/team/app:1.0' } : undefined
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return (await api.app.inject({ method, url, headers, ...(payload && { payload }) })).statusCode
  }

  test('a read token reads, a write token does both, no or a wrong one neither', async () => {
    expect(await ask('GET', '/api/v1/images')).toBe(401)
    expect(await ask('GET', '/api/v1/images', 'read-m')).toBe(401)
    expect(await ask('GET', '/api/v1/images', 'read-me')).toBe(200)
    expect(await ask('GET', '/metrics')).toBe(401)
    expect(await ask('GET', '/metrics', 'read-me')).toBe(200)
    expect(await ask('POST', '/api/v1/scans', 'read-me')).toBe(403)
    expect(await ask('POST', '/api/v1/scans', 'write-me')).toBe(202)
    expect(await ask('GET', '/api/v1/images', 'write-me')).toBe(200)
  })

  test('a missing token is asked for as HTTP has it', async () => {
    const { headers } = await api.app.inject('/api/v1/images')
    expect(headers['www-authenticate']).toBe('Bearer realm="tallyman"')
  })

  test('health and the OpenAPI document are open', async () => {
    for (const url of ['/healthz', '/readyz', '/openapi.json']) expect(await ask('GET', url)).toBe(200)
  })
})

describe('failures', () => {
  test('what is not ours stays inside: the answer has the table’s sentence and an id', async () => {
    const report = () => Promise.reject(new Error('select * from secrets failed at /var/lib'))
    const api = await startApi({ report })
    const answer = await api.app.inject(`/api/v1/images/${digestOf('any')}/report`)
    expect(answer.json()).toEqual({
      type: 'urn:tallyman:error:INTERNAL',
      title: 'something that should not happen; a defect of tallyman',
      status: 500,
      detail: 'something that should not happen; a defect of tallyman',
      code: 'INTERNAL',
      requestId: answer.headers['x-request-id'],
    })
    await api.close()
  })

  test('a store that is away makes the server not ready, and leaves it healthy', async () => {
    const api = await startApi()
    await api.store.close()
    expect((await api.app.inject('/healthz')).statusCode).toBe(200)
    const ready = await api.app.inject('/readyz')
    expect([ready.statusCode, ready.headers['content-type']]).toEqual([expect.any(Number), 'application/problem+json'])
    expect(ready.statusCode).toBeGreaterThanOrEqual(500)
    expect((await api.app.inject('/metrics')).statusCode).toBe(200)
    await api.close()
  })

  test.each([
    ['GET', '/nowhere', 404],
    ['DELETE', '/api/v1/images', 404],
    ['GET', '/api/v1/%E0%A4%A', 400],
  ] as const)('%s %s ends in a problem', async (method, url, status) => {
    const api = await startApi()
    const answer = await api.app.inject({ method, url })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
    await api.close()
  })
})
