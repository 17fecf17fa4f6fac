import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pipelinesOf } from './shell-commands.ts'

/** `program|arg|arg` of each command; commands of one pipeline joined by ` => `. */
const read = (script: string) =>
  pipelinesOf(script).map((pipeline) =>
    pipeline
      .map(({ program, args, runners }) => [...runners.map((runner) => `<${runner}>`), program, ...args].join('|'))
      .join(' => '),
  )

test.each([
  ['apt-get update && apt-get install -y curl', ['apt-get|update', 'apt-get|install|-y|curl']],
  ['a; b || c & d\ne', ['a', 'b', 'c', 'd', 'e']],
  ['curl -fsSL x | tar -xz |& tee log', ['curl|-fsSL|x => tar|-xz => tee|log']],
  [`echo "a && b" 'c; d' e\\;f`, ['echo|a && b|c; d|e;f']],
  ['apt-get install \\\n  curl \\\r\n  git', ['apt-get|install|curl|git']],
  ['a # b && c\nd#e', ['a', 'd#e']],
  ['a >/dev/null 2>&1 <in && b &> log', ['a|>|/dev/null|>&|1|<|in', 'b|&>|log']],
  ['if ! test -f x; then rm -rf y; fi', ['test|-f|x', 'rm|-rf|y', 'fi']],
  ['(cd x && make) && { make install; }', ['cd|x', 'make', 'make|install']],
  ['DEBIAN_FRONTEND=noninteractive apt-get install x', ['apt-get|install|x']],
  ['"unclosed', ['unclosed']],
  ['', []],
])('splits %j', (script, commands) => {
  expect(read(script)).toEqual(commands)
})

test.each([
  ['sudo -E -u app apt-get update', ['<sudo>|apt-get|update']],
  ['timeout -k 5 60 env A=1 /usr/bin/curl x', ['<timeout>|<env>|curl|x']],
  ['find . | xargs -0 -n 1 rm', ['find|. => <xargs>|rm']],
  ['sudo', ['sudo']],
])('says what starts a program: %j', (script, commands) => {
  expect(read(script)).toEqual(commands)
})

test.each([
  ['sh -c "$(curl -fsSL x)"', ['sh|-c|$(curl -fsSL x)', 'curl|-fsSL|x']],
  ['echo `uname -m` "$(id "a)b")"', ['echo|`uname -m`|$(id "a)b")', 'uname|-m', 'id|a)b']],
  ['bash <(wget -qO- x)', ['bash|<(wget -qO- x)', 'wget|-qO-|x']],
  [`bash -ec 'a && b'; su app -c 'c'`, ['bash|-ec|a && b', 'a', 'b', 'su|app|-c|c', 'c']],
  ['eval "a; b"', ['eval|a; b', 'a', 'b']],
])('reads scripts in scripts: %j', (script, commands) => {
  expect(read(script)).toEqual(commands)
})

describe('heredocs', () => {
  test('are no commands, but for a shell', () => {
    expect(read('cat <<EOF >file && next\napt-get update\nEOF\nlast')).toEqual(['cat|>|file', 'next', 'last'])
    expect(read("bash <<-'EOF'\n\tapt-get update\n\tEOF\nlast")).toEqual(['bash', 'apt-get|update', 'last'])
  })

  test('several follow each other, and one may have no end', () => {
    expect(read('cat <<A; sh <<"B"\na\nA\nb\nB\nc <<D\nd')).toEqual(['cat', 'sh', 'b', 'c'])
  })
})

test('takes any text', () => {
  const unit = fc.constantFrom(...Array.from('ab \n\\\'"`$()<>|&;#{}-=c'), '<<E', 'sh -c ', 'E\n', 'eval ', '$((')
  const property = fc.property(fc.string({ unit, maxLength: 300 }), (script) => Array.isArray(pipelinesOf(script)))
  expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow()
})

test.each(['$(', '`', '"', '<(', '<<a\n', '((', 'sh -c "', '\\', ' ', '<<', '>', '{ ', "'", '|1 a=', 'a ', '"$('])(
  'takes twice the time for twice as many of %j',
  (unit) => {
    const time = (count: number) => {
      const script = unit.repeat(count)
      const start = process.cpuUsage()
      pipelinesOf(script)
      const { user, system } = process.cpuUsage(start)
      return user + system
    }
    time(20_000)
    // Where the work grows with the square, it is four hundred times as much.
    expect(time(400_000)).toBeLessThan(100 * time(20_000) + 200_000)
  },
)
