import { cpuMs } from '../../../test/support/cpu-time.ts'
import { describe, expect, test } from 'vitest'
import { buildHistory } from './build-history.ts'

interface Entry {
  readonly by: string | null
  readonly empty?: boolean
}

const historyOf = (layers: number, ...entries: readonly (Entry | string)[]) =>
  buildHistory(
    {
      history: entries.map((entry) => {
        const { by, empty = false } = typeof entry === 'string' ? { by: entry } : entry
        return { created: null, createdBy: by, comment: null, author: null, emptyLayer: empty }
      }),
    },
    layers,
  )

const read = (by: string) => {
  const [only] = historyOf(1, by).instructions
  return only && { name: only.name, text: only.text, buildArgs: only.buildArgs }
}

test.each([
  // The classic builder
  ['/bin/sh -c #(nop) ADD file:3af in / ', 'ADD', 'file:3af in /'],
  ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD', '["bash"]'],
  ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
  ['/bin/bash -o pipefail -c a | b', 'RUN', 'a | b'],
  ['cmd /S /C #(nop) ENV A=b', 'ENV', 'A=b'],
  ['cmd /S /C dir', 'RUN', 'dir'],
  // BuildKit
  ['RUN /bin/sh -c apk add curl # buildkit', 'RUN', 'apk add curl'],
  ['COPY --chown=1:1 src /dst # buildkit', 'COPY', '--chown=1:1 src /dst'],
  ['ENV A=b', 'ENV', 'A=b'],
  ['EXPOSE map[80/tcp:{}]', 'EXPOSE', 'map[80/tcp:{}]'],
  ['RUN /bin/bash -euo pipefail -c set -x\nmake # buildkit', 'RUN', 'set -x\nmake'],
  // kaniko and buildah
  ['RUN apk add --no-cache curl', 'RUN', 'apk add --no-cache curl'],
  ['RUN --mount=type=cache,target=/x make', 'RUN', 'make'],
  ['RUN ["make", "it so"]', 'RUN', '["make", "it so"]'],
  ['/bin/sh -c #(nop) LABEL a=b', 'LABEL', 'a=b'],
  // Others
  ["# debian.sh --arch 'amd64' out/ 'bookworm'", 'OTHER', "# debian.sh --arch 'amd64' out/ 'bookworm'"],
  ['jib-maven-plugin:3.4.0', 'OTHER', 'jib-maven-plugin:3.4.0'],
  ['Application Slice: 1', 'OTHER', 'Application Slice: 1'],
  ['copy that', 'OTHER', 'copy that'],
  ['', 'OTHER', ''],
])('reads %j', (by, name, text) => {
  expect(read(by)).toEqual({ name, text, buildArgs: [] })
})

test.each([
  ['|2 VERSION=1.2 TOKEN=a b c /bin/sh -c make', ['VERSION=1.2', 'TOKEN=a b c'], 'make'],
  ['RUN |1 A= /bin/bash -o pipefail -c make # buildkit', ['A='], 'make'],
  ['|1 A=1 make all', ['A=1'], 'make all'],
])('reads the build arguments of %j', (by, buildArgs, text) => {
  expect(read(by)).toEqual({ name: 'RUN', text, buildArgs })
})

test('reads what a RUN runs, in a shell or not', () => {
  const programs = (by: string) =>
    historyOf(1, by).instructions[0]?.pipelines.map((pipeline) =>
      pipeline.map(({ program, args }) => [program, ...args]),
    )
  expect(programs('RUN /bin/sh -c a && b | c # buildkit')).toEqual([[['a']], [['b'], ['c']]])
  expect(programs(`RUN ["a", "b && c", "it's"]`)).toEqual([[['a', 'b && c', "it's"]]])
  expect(programs('RUN [ -f x ] && a')).toEqual([[['[', '-f', 'x', ']']], [['a']]])
  expect(programs('COPY a && b /c # buildkit')).toEqual([])
})

describe('the layer of an instruction', () => {
  test('is the one it made, else the one it came upon', () => {
    const { instructions, missing } = historyOf(
      2,
      { by: 'ARG BASE', empty: true },
      'ADD rootfs.tar /',
      { by: 'ENV A=b', empty: true },
      'COPY a /a',
      { by: 'USER 1', empty: true },
    )
    expect(instructions.map(({ position, layer }) => [position, layer])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 1],
      [5, 1],
    ])
    expect(missing).toBeNull()
  })

  test('is unknown where the counts disagree', () => {
    const { instructions, missing } = historyOf(3, 'ADD rootfs.tar /', 'RUN make')
    expect(instructions.map(({ layer }) => layer)).toEqual([null, null])
    expect(missing).toBe('the build history has 2 instructions for 3 layers')
  })
})

test('says what is missing: all, or how a layer above the lowest was made', () => {
  expect(historyOf(2).missing).toBe('the image has no build history')
  expect(historyOf(2, '# debian.sh', 'RUN make').missing).toBeNull()
  expect(historyOf(2, 'RUN make', 'jib-maven-plugin:3.4.0').missing).toBe(
    'the build history does not say how layer 1 was made',
  )
  expect(historyOf(2, 'RUN make', { by: null }).missing).toBe('the build history does not say how layer 1 was made')
})

test.each(['|1 ', '/sh -', ' ', '--a ', 'RUN ', '#(nop)', '|9 a=b '])('reads %j in time by its length', (unit) => {
  const best = (length: number): number => {
    const text = unit.repeat(length / unit.length)
    const once = () =>
      cpuMs(() => {
        read(text)
        read(`|1 A=${text}`)
      })
    return Math.min(once(), once(), once())
  }
  best(2 ** 16)
  // Sixteen times the text: a quadratic reading would take 256 times as long. The milliseconds are for the compiler and the collector.
  expect(best(2 ** 20)).toBeLessThan(64 * best(2 ** 16) + 50)
})
