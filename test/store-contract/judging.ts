import { describe, expect, test } from 'vitest'
import { digestOf, type Digest } from '../../src/core/image/digest.ts'
import type { Match } from '../../src/core/match/finding.ts'
import type { FindingConditions, Policy } from '../../src/core/policy/policy.ts'
import { readyRules, type Rules } from '../../src/core/policy/rules.ts'
import type { Exception } from '../../src/core/policy/exception.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { exception, imageFacts, policy } from '../support/policy-records.ts'
import { builtInRules } from '../support/rules.ts'
import { deb, evening, feed, match, nextDay, noon, npm, scan, verdict } from '../support/store-records.ts'

/** What rules ask, what is due because of it, and what of an image is judged. */
export function describeJudging(under: () => StoreUnderTest): void {
  const rulesOf = (rest: Partial<Policy>, exceptions: readonly Exception[] = []): Rules =>
    readyRules({ policies: [policy('ours', rest)], exceptions })
  const asking = (conditions: FindingConditions, exceptions: readonly Exception[] = []): Rules =>
    rulesOf({ vulnerabilities: [{ name: 'rule', action: 'fail', ...conditions }] }, exceptions)

  /** An image of one package with these matches. */
  async function saved(name: string, rules: Rules, ...matches: Match[]): Promise<Digest> {
    const { images, packages } = under().store
    const image = scan(name, [deb(`lib${name}`)])
    await images.save(image)
    const [found] = await images.packages(image.digest)
    await packages.saveMatches(1, [{ packageId: found!.id, result: { matches, uncomparable: [] } }], noon, rules)
    return image.digest
  }

  /** Goes all the way to the rules. Returns how many packages were asked, and why which images were due. */
  async function settle(rules: Rules, now = noon, snapshot = 1, stale = '') {
    const { reevaluation } = under().store
    const target = { snapshot, rules, stale, now, all: null }
    await reevaluation.begin(target)
    await reevaluation.matched(snapshot, { packageKeys: [], rated: [] }, rules)
    let asked = 0
    for (let some = 1; some > 0; asked += some) some = await reevaluation.ask(rules, now, 1)
    while ((await reevaluation.carry(1)) > 0);
    const due: Record<Digest, string> = {}
    const tallies: Record<Digest, readonly (readonly [number, readonly string[]])[]> = {}
    await reevaluation.judgeDue(100, rules, ({ digest, cause, evidence }) => {
      due[digest] = cause
      tallies[digest] = 'tally' in evidence ? evidence.tally.map((one) => [one.count, one.class.holds]) : []
      return undefined
    })
    expect(await reevaluation.finish(target, now)).toBe(true)
    return { asked, due, tallies }
  }

  async function adopt(number: number, kind: 'kev' | 'epss', key: string, value: string | null): Promise<void> {
    const transaction = await under().store.feeds.begin()
    if (value === null) await transaction.removeFacts(kind, [key])
    else await transaction.putFacts(kind, kind, [{ key, value }])
    expect((await transaction.adopt([feed('osv')], noon)).number).toBe(number)
  }

  describe('packages are asked', () => {
    test('anew where policies ask something else, and counted by what they answer', async () => {
      const before = asking({ severity: 'high' })
      const web = await saved('web', before, match('CVE-2026-0001'), match('CVE-2026-0002', { severity: 'low' }))
      await saved('tool', before)
      const first = await settle(before)
      const key = before.policies[0]!.vulnerabilities[0]!.key
      expect(first.tallies[web]!.map(([count, holds]) => [count, ...holds])).toEqual(
        expect.arrayContaining([[1], [1, key]]),
      )

      const renamed = rulesOf({ vulnerabilities: [{ name: 'other', severity: 'high', action: 'warn' }] })
      expect(await settle(renamed)).toMatchObject({ asked: 0, due: { [web]: 'policy', [digestOf('tool')]: 'policy' } })

      const after = asking({ score: 5 })
      const answer = [1, [after.policies[0]!.vulnerabilities[0]!.key]]
      expect(await settle(after)).toMatchObject({
        asked: 2,
        tallies: { [web]: [answer, answer], [digestOf('tool')]: [] },
      })
      expect(await settle(after)).toEqual({ asked: 0, due: {}, tallies: {} })
    })

    test('again where feeds say otherwise how their vulnerabilities are exploited, as far as rules ask that', async () => {
      const rules = asking({ kev: true })
      const web = await saved('web', rules, match('CVE-2026-0001', { aliases: ['GHSA-1'] }))
      await saved('tool', rules, match('CVE-2026-0002'))
      await settle(rules)

      await adopt(1, 'kev', 'CVE-2026-0009', '{}')
      expect(await settle(rules, noon, 1)).toMatchObject({ asked: 0, due: {} })
      await adopt(2, 'kev', 'GHSA-1', '{}')
      expect(await settle(rules, noon, 2)).toMatchObject({ asked: 1, due: { [web]: 'exploitation data changed' } })
      await adopt(3, 'epss', 'CVE-2026-0001', '{"score":0.9}')
      expect(await settle(rules, noon, 3)).toMatchObject({ asked: 0, due: {} })
      await adopt(4, 'kev', 'GHSA-1', null)
      expect(await settle(rules, noon, 4)).toMatchObject({ asked: 1, due: { [web]: 'exploitation data changed' } })

      const likely = asking({ epss: 0.5 })
      await settle(likely, noon, 4)
      await adopt(5, 'epss', 'CVE-2026-0001', '{"score":0.8}')
      expect(await settle(likely, noon, 5)).toMatchObject({ asked: 1, due: {} })
      await adopt(6, 'epss', 'CVE-2026-0001', '{"score":0.1}')
      expect(await settle(likely, noon, 6)).toMatchObject({ asked: 1, due: { [web]: 'exploitation data changed' } })
    })

    test('again when the time of an answer is over', async () => {
      const rules = asking({ fixDays: 30 })
      const published = '2026-04-15T12:00:00Z'
      const web = await saved('web', rules, match('CVE-2026-0001', { published }))
      await saved('tool', rules, match('CVE-2026-0002', { fixed: null }))
      await settle(rules)
      const { reevaluation } = under().store
      const at = '2026-05-15T12:00:00.000Z'
      expect(await reevaluation.isDue('2026-05-15T11:59:59.999Z')).toBe(false)
      expect(await reevaluation.isDue(at)).toBe(true)
      expect(await settle(rules, at)).toMatchObject({ asked: 1, due: { [web]: 'a period ran out' } })
      expect(await reevaluation.isDue('2030-01-01T00:00:00.000Z')).toBe(false)
    })

    test('by nobody who goes by other rules than those in force', async () => {
      const before = asking({ severity: 'high' })
      const web = await saved('web', before, match('CVE-2026-0001'))
      await settle(before)
      const after = asking({ severity: 'high' }, [exception('one', { vulnerabilities: ['CVE-2026-0001'] })])
      const { reevaluation } = under().store
      await reevaluation.begin({ snapshot: 1, rules: after, stale: '', now: noon, all: null })
      expect(await reevaluation.ask(before, noon, 10)).toBe(0)
      expect(await settle(after)).toMatchObject({ asked: 1 })

      const [found] = await under().store.images.packages(web)
      const changed = match('CVE-2026-0001', { severity: 'critical' })
      await under().store.packages.saveMatches(
        2,
        [{ packageId: found!.id, result: { matches: [changed], uncomparable: [] } }],
        noon,
        before,
      )
      expect(await settle(after, noon, 2)).toMatchObject({ asked: 1 })
    })

    test('whatever number of exceptions names a finding', async () => {
      const many = Array.from({ length: 400 }, (_, at) =>
        exception(`one ${at}`, { vulnerabilities: ['CVE-2026-0001', `CVE-2025-${at}`] }),
      )
      const rules = asking({}, many)
      const web = await saved('web', rules, match('CVE-2026-0001'))
      const { tallies } = await settle(rules)
      expect(tallies[web]!.map(([count, holds]) => [count, holds.length])).toEqual([[1, 401]])
    })
  })

  describe('an exception makes due', () => {
    test('the images that have what it names, when it comes, changes and goes', async () => {
      const none = asking({})
      const web = await saved('web', none, match('CVE-2026-0001'))
      await saved('tool', none, match('CVE-2026-0002'))
      await settle(none)

      const one = exception('one', { vulnerabilities: ['CVE-2026-0001'] })
      const due = { [web]: 'exception one' }
      expect(await settle(asking({}, [one]))).toMatchObject({ asked: 1, due })
      expect(await settle(asking({}, [{ ...one, until: nextDay }]))).toMatchObject({ due })
      expect(await settle(asking({}, [{ ...one, until: nextDay, scopes: [{ labels: { a: 'b' } }] }]))).toMatchObject({
        due,
      })
      expect(await settle(none)).toMatchObject({ asked: 0, due })
      expect(await settle(asking({}, [exception('two', { vulnerabilities: ['CVE-2026-0009'] })]))).toMatchObject({
        due: {},
      })
      expect(await settle(asking({}, [{ ...one, approvedBy: null }]))).toMatchObject({ due: {} })
    })

    test('only those whose package it names', async () => {
      const none = asking({})
      await saved('web', none, match('CVE-2026-0001'))
      const tool = await saved('tool', none, match('CVE-2026-0001'))
      await settle(none)
      const one = exception('one', { vulnerabilities: ['DEBIAN-CVE-2026-0001'], packages: ['libtool'] })
      expect(await settle(asking({}, [one]))).toMatchObject({ due: { [tool]: 'exception one' } })
    })

    test('every image where it is about checks or secrets', async () => {
      const none = asking({})
      const web = await saved('web', none)
      await settle(none)
      const one = exception('one', { checks: ['CIS-DI-0001'] })
      expect(await settle(asking({}, [one]))).toMatchObject({ asked: 0, due: { [web]: 'exception one' } })
    })
  })

  test('time makes images due whose verdict has an end', async () => {
    const { verdicts, reevaluation } = under().store
    const web = await saved('web', builtInRules)
    await saved('tool', builtInRules)
    await settle(builtInRules)
    const by = { rules: builtInRules, evidence: { image: imageFacts(), tally: [], coverage: [], feeds: [] } }
    await verdicts.save(verdict(web, { until: evening }), by)
    await verdicts.save(verdict(digestOf('tool')), by)
    expect([await reevaluation.isDue(noon), await reevaluation.isDue(evening)]).toEqual([false, true])
    expect(await settle(builtInRules, noon)).toMatchObject({ due: {} })
    expect(await settle(builtInRules, evening)).toMatchObject({ asked: 0, due: { [web]: 'a period ran out' } })
  })

  test('feeds that are too old by the rules, or no longer, make every image due', async () => {
    const web = await saved('web', builtInRules)
    await settle(builtInRules)
    const due = { [web]: 'age of feeds' }
    expect(await settle(builtInRules, noon, 1, '24 osv')).toMatchObject({ due })
    expect(await settle(builtInRules, noon, 1, '24 osv')).toMatchObject({ due: {} })
    expect(await settle(builtInRules, noon, 1, '')).toMatchObject({ due })
  })

  test('packages that rules catch count each, findings of twins once', async () => {
    const rules = rulesOf({
      vulnerabilities: [{ name: 'all', action: 'fail' }],
      packages: [{ name: 'denied', deny: ['pad'], action: 'fail' }],
    })
    const { images, packages } = under().store
    const image = scan('app', [npm('pad'), npm('pad', '1.0.0', { licenses: ['MIT'] }), npm('vue')])
    await images.save(image)
    const found = await images.packages(image.digest)
    const result = { matches: [match('CVE-2026-0001')], uncomparable: [] }
    await packages.saveMatches(
      1,
      found.map(({ id }) => ({ packageId: id, result })),
      noon,
      rules,
    )
    const { vulnerabilities, packages: denied } = rules.policies[0]!
    const { tallies } = await settle(rules)
    expect(tallies[image.digest]!.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual(
      [
        [2, [vulnerabilities[0]!.key]],
        [2, [denied[0]!.key]],
      ].toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    )
  })

  describe('of an image is judged', () => {
    const at = (repository: string, registry = 'hub') => ({ registry, repository })

    test('where it lies now, by itself and in indexes', async () => {
      const { images, sightings } = under().store
      const { digest } = scan('app')
      await images.save(scan('app'))
      expect((await images.facts(digest))?.places).toEqual([])
      const index = digestOf('index')
      const children = [{ digest, platform: 'linux/amd64' }]
      await images.saveIndex({ digest: index, mediaType: 'application/vnd.oci.image.index.v1+json', children })
      await sightings.observe(at('team/app'), index, 'v2', noon)
      await sightings.observe(at('team/app'), index, 'v1', noon)
      await sightings.observe(at('team/app'), digest, 'v1-amd64', noon)
      await sightings.observe(at('mirror', 'lab'), digest, null, noon)
      await sightings.observe(at('gone'), digest, 'v1', noon)
      await sightings.forget(at('gone'), { digest })
      await sightings.observe(at('team/app'), digestOf('newer'), 'v2', evening)
      expect((await images.facts(digest))?.places).toEqual([
        { ...at('team/app'), tags: ['v1', 'v1-amd64'] },
        { ...at('mirror', 'lab'), tags: [] },
      ])
    })

    test('its base, with its age', async () => {
      const { images } = under().store
      const [layer] = scan('debian').layers
      await images.save(scan('debian', [], { created: noon }))
      await images.save(scan('app', [], { layers: [layer!, { ...layer!, digest: digestOf('own') }] }))
      expect((await images.facts(digestOf('app')))?.base).toEqual({
        digest: digestOf('debian'),
        references: [],
        created: noon,
        layers: 1,
      })
      expect((await images.facts(digestOf('debian')))?.base).toBeNull()
      expect(await images.facts(digestOf('unknown'))).toBeUndefined()
    })

    test('checks that did not pass, with their uppermost layer, and secrets', async () => {
      const { images } = under().store
      const check = (id: string, status: 'fail' | 'pass' | 'undecidable', ...layers: (number | null)[]) => ({
        id,
        title: id,
        level: 'high' as const,
        status,
        evidence: layers.map((layer) => ({ text: 'seen', layer })),
      })
      const secret = {
        rule: 'private-key',
        title: 'key',
        where: 'file',
        path: 'etc/key',
        line: 1,
        layer: 2,
        deletedInLayer: null,
        redacted: '…',
      } as const
      const checks = [
        check('A', 'fail', 0, 2, 1),
        check('B', 'pass', 1),
        check('C', 'fail', 3, null),
        check('D', 'undecidable'),
      ]
      await images.save(scan('app', [], { checks, secrets: [secret] }))
      expect(await images.facts(digestOf('app'))).toMatchObject({
        checks: [
          { id: 'A', level: 'high', status: 'fail', layer: 2 },
          { id: 'C', level: 'high', status: 'fail', layer: null },
          { id: 'D', level: 'high', status: 'undecidable', layer: null },
        ],
        secrets: [{ rule: 'private-key', path: 'etc/key', layer: 2 }],
      })
      expect(await images.checks(digestOf('app'))).toEqual({ checks, secrets: [secret] })
      await images.save(scan('app'))
      expect(await images.facts(digestOf('app'))).toMatchObject({ checks: [], secrets: [] })
    })

    test('its labels, but for those that nobody would match', async () => {
      const { images } = under().store
      const few = { tier: 'prod', __proto__: 'x', icon: 'a'.repeat(2_000), nul: '\0€' }
      await images.save(scan('few', [], { labels: few }))
      const { icon: _icon, ...kept } = few
      expect((await images.facts(digestOf('few')))?.labels).toEqual(kept)
      const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`label ${index}`, 'a']))
      await images.save(scan('many', [], { labels: many }))
      expect(Object.keys((await images.facts(digestOf('many')))!.labels)).toHaveLength(200)
    })

    test('by whom it was signed, null where nobody looked, also after it was read again', async () => {
      const { images } = under().store
      const labels = { tier: 'prod' }
      await images.save(scan('app', [], { labels }))
      const facts = async () => {
        const { labels: found, signatures } = (await images.facts(digestOf('app')))!
        return { labels: found, signatures }
      }
      expect(await facts()).toEqual({ labels, signatures: null })
      const found = (keys: string, by: readonly string[], problems: readonly string[] = []) =>
        images.saveSignatures(digestOf('app'), { keys, by, problems })
      expect(await images.saveSignatures(digestOf('app'), null)).toBe(false)
      expect(await found('first', [])).toBe(true)
      expect(await facts()).toEqual({ labels, signatures: { by: [], problems: [] } })
      expect(await found('first', ['release'], ['a: is odd'])).toBe(true)
      await images.save(scan('app', [], { labels }))
      expect(await facts()).toEqual({ labels, signatures: { by: ['release'], problems: ['a: is odd'] } })
      // Looked for at another place: a signature is one wherever it lies.
      expect(await found('first', ['ci'])).toBe(true)
      expect(await found('first', [])).toBe(false)
      expect(await facts()).toEqual({ labels, signatures: { by: ['ci', 'release'], problems: [] } })
      expect(await found('second', ['ci'])).toBe(true)
      expect(await facts()).toEqual({ labels, signatures: { by: ['ci'], problems: [] } })
      expect(await found('third', ['ci'])).toBe(false)
      expect(await images.saveSignatures(digestOf('app'), null)).toBe(true)
      expect(await facts()).toEqual({ labels, signatures: null })
      expect(await images.saveSignatures(digestOf('unknown'), { keys: 'a', by: ['ci'], problems: [] })).toBe(false)
    })
  })

  describe('elsewhere is due', () => {
    const asksPlaces = rulesOf({ scopes: [{ repositories: ['team'] }] })
    const team = { registry: 'hub', repository: 'team' }
    const [layer] = scan('base').layers

    async function fleet(rules: Rules): Promise<void> {
      const { images } = under().store
      await images.save(scan('base'))
      await images.save(scan('other'))
      await images.save(scan('app', [], { layers: [layer!, { ...layer!, digest: digestOf('own') }] }))
      await settle(rules)
    }

    test('what gets and loses a tag or a place, and what is built on it', async () => {
      await fleet(asksPlaces)
      const { sightings } = under().store
      const [base, app, other] = ['base', 'app', 'other'].map(digestOf)
      const place = 'place changed'
      await sightings.observe(team, other!, null, noon)
      expect((await settle(asksPlaces)).due).toEqual({ [other!]: place })
      await sightings.observe(team, other!, 'v1', noon)
      expect((await settle(asksPlaces)).due).toEqual({ [other!]: place })
      await sightings.observe(team, other!, 'v1', evening)
      expect((await settle(asksPlaces)).due).toEqual({})
      await sightings.observe(team, base!, 'v1', nextDay)
      expect((await settle(asksPlaces)).due).toEqual({ [other!]: place, [base!]: place, [app!]: 'base changed' })
      await sightings.forget(team, { tag: 'v1' })
      expect((await settle(asksPlaces)).due).toEqual({ [base!]: place, [app!]: 'base changed' })
      await sightings.forget(team, { digest: other! })
      expect((await settle(asksPlaces)).due).toEqual({ [other!]: place })
      await sightings.forget(team, {})
      expect((await settle(asksPlaces)).due).toEqual({ [base!]: place, [app!]: 'base changed' })
    })

    test('the images of an index that moves', async () => {
      await fleet(asksPlaces)
      const { images, sightings } = under().store
      const index = digestOf('index')
      const children = [{ digest: digestOf('other'), platform: 'linux/amd64' }]
      await images.saveIndex({ digest: index, mediaType: 'application/vnd.oci.image.index.v1+json', children })
      await sightings.observe(team, index, 'v1', noon)
      expect((await settle(asksPlaces)).due).toEqual({ [digestOf('other')]: 'place changed' })
    })

    test('nothing where no rule asks for places', async () => {
      await fleet(builtInRules)
      await under().store.sightings.observe(team, digestOf('base'), 'v1', noon)
      expect((await settle(builtInRules)).due).toEqual({})
    })

    test('what is built on an image that is stored after it', async () => {
      const { images } = under().store
      await images.save(scan('app', [], { layers: [layer!, { ...layer!, digest: digestOf('own') }] }))
      await settle(builtInRules)
      await images.save(scan('base'))
      expect((await settle(builtInRules)).due).toEqual({ [digestOf('app')]: 'base changed' })
      await images.save(scan('base'))
      expect((await settle(builtInRules)).due).toEqual({})
    })
  })
}
