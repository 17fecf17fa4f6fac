import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { account, modeFact, packagesLayer, scanned, type ImageSketch } from '../../../fixtures/benchmark/image.ts'
import { runBenchmark, runStandingBenchmark } from './benchmark.ts'
import { ruleCatalogue } from './rules.ts'

const failing = (sketch: ImageSketch) =>
  runBenchmark(scanned(sketch))
    .filter(({ status }) => status === 'fail')
    .map(({ id }) => id)

const labels = {
  'org.opencontainers.image.source': 'https://example.com/harbour',
  'org.opencontainers.image.version': '1.4.2',
}

const hardened: ImageSketch = {
  config: {
    User: '65532:65532',
    ExposedPorts: { '8080/tcp': {} },
    Entrypoint: ['/usr/bin/harbour', '--serve'],
    Healthcheck: { Test: ['CMD', '/usr/bin/harbour', '--ping'] },
    Labels: labels,
  },
  history: [
    '/bin/sh -c #(nop) ADD file:1a2b in / ',
    { by: '/bin/sh -c #(nop)  CMD ["/bin/sh"]', empty: true },
    'COPY /out/harbour /usr/bin/harbour # buildkit',
  ],
  layers: [
    {
      evidence: {
        'lib/apk/db/installed': packagesLayer('musl', 'apk-tools').evidence!['lib/apk/db/installed']!,
        'etc/passwd': [account('root', 0), account('bin', 1)],
        'etc/shadow': [account('root', null, 'shadow', 'locked')],
        'dev/null': [modeFact(0o666, 'character-device')],
      },
      files: ['bin/busybox'],
    },
    { files: ['usr/bin/harbour'] },
  ],
}

test('a hardened image fails in nothing', () => {
  expect(failing(hardened)).toEqual([])
})

test('each thing that is done to it fails in its rule', () => {
  expect(failing({ ...hardened, config: { ...(hardened.config as object), User: 'root' } })).toEqual([
    'CIS-DI-0001',
    'TM-0005',
  ])
  const layers = [...hardened.layers!.slice(0, 1), { evidence: { 'opt/run': [modeFact(0o4777)] } }]
  expect(failing({ ...hardened, layers })).toEqual(['CIS-DI-0008', 'TM-0001', 'TM-0007'])
})

test('checks stand in the order of their ids, with title and level of the rule', () => {
  const checks = runBenchmark(scanned({}))
  expect(checks.map(({ id }) => id)).toEqual(checks.map(({ id }) => id).toSorted())
  const catalogued = new Map(ruleCatalogue.map(({ id, title, level }) => [id, { title, level }]))
  for (const { id, title, level } of checks) expect(catalogued.get(id)).toEqual({ title, level })
})

test('of each layer the first twenty lines are shown, and how many more there are, upper layers first', () => {
  const evidence = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`srv/${index}`, [modeFact(0o666)]]))
  const layers = [{ evidence: evidence(500) }, { evidence: { 'opt/data': [modeFact(0o666)] } }]
  const check = runBenchmark(scanned({ layers })).find(({ id }) => id === 'TM-0007')
  expect(check?.evidence).toHaveLength(22)
  expect(check?.evidence[0]).toEqual({ text: 'opt/data (666)', layer: 1 })
  expect(check?.evidence.at(-1)).toEqual({ text: 'and 480 more', layer: 0 })
})

test('evidence is one line, however long and strange what was found is', () => {
  const config = { Volumes: { [`/etc/../proc/${'x'.repeat(5000)}\n\nforged`]: {} } }
  const check = runBenchmark(scanned({ config })).find(({ id }) => id === 'DKL-DI-0002')
  expect(check?.evidence[0]?.text).toMatch(/^VOLUME \/etc\/\.\.\/proc\/x+…$/)
  expect(check?.evidence[0]?.text.length).toBeLessThan(320)
})

test('takes any config and history', () => {
  const words =
    'RUN |ADD |COPY |FROM |HEALTHCHECK |EXPOSE |/bin/sh -c |#(nop) | # buildkit|apt-get |update| install |&& |curl -k |sudo |$(|)|"|<<E|https://|x|0|/|..|:|-|[|]|{|}|🦀'
  const word = fc.constantFrom(...words.split('|'), '|2 A=1 ', ' | ', "'", '\n', '\\', '\u0000', '\ud800')
  const text = fc.string({ unit: word, maxLength: 12 })
  const texts = fc.array(text, { maxLength: 4 })
  const set = texts.map((all) => Object.fromEntries(all.map((each) => [each, {}])))
  const config = fc.record({
    User: text,
    Env: texts,
    Entrypoint: texts,
    Cmd: texts,
    Volumes: set,
    ExposedPorts: set,
    Labels: fc.dictionary(text, text),
  })
  const property = fc.property(config, fc.array(text, { maxLength: 5 }), (config, history) => {
    const checks = runBenchmark(scanned({ config, history }))
    const lines = checks.flatMap(({ evidence }) => evidence.map(({ text }) => text))
    expect(lines.filter((line) => line.includes('\n') || line.length > 320 || !line.isWellFormed())).toEqual([])
  })
  expect(() => fc.assert(property, { numRuns: 300 })).not.toThrow()
})

test('without anything known of an image no standing rule passes or fails but by its tags and date', () => {
  const facts = {
    now: '2026-06-01T00:00:00Z',
    created: null,
    tags: [],
    base: null,
    isTrusted: null,
    fixable: null,
    signatures: null,
  }
  expect(runStandingBenchmark(facts).map(({ id, status }) => `${id} ${status}`)).toEqual([
    'CIS-DI-0002 undecidable',
    'CIS-DI-0004 undecidable',
    'CIS-DI-0005 undecidable',
    'DKL-DI-0006 not-applicable',
    'TM-0019 undecidable',
  ])
})
