import type { ScalarName } from './expression-types.ts'

/** One way to call it: types of the arguments (of a method, its target first), then of the result. */
type Signature = readonly [...ScalarName[]]

const numbers = ['int', 'double'] as const
const scalars = [...numbers, 'string', 'bool', 'timestamp', 'duration'] as const

const ordered: readonly Signature[] = [
  ...numbers.flatMap((left) => numbers.map((right): Signature => [left, right, 'bool'])),
  ['string', 'string', 'bool'],
  ['timestamp', 'timestamp', 'bool'],
  ['duration', 'duration', 'bool'],
]
const equal: readonly Signature[] = [...ordered, ['bool', 'bool', 'bool']]
const arithmetic: readonly Signature[] = [
  ['int', 'int', 'int'],
  ['double', 'double', 'double'],
]
const searching: readonly Signature[] = [['string', 'string', 'bool']]

/** What CEL's standard library offers and policies have a use for; of lists and maps the checker knows itself. */
export const functions: Readonly<Record<string, readonly Signature[]>> = {
  '!_': [['bool', 'bool']],
  '-_': [
    ['int', 'int'],
    ['double', 'double'],
  ],
  '_==_': equal,
  '_!=_': equal,
  '_<_': ordered,
  '_<=_': ordered,
  '_>_': ordered,
  '_>=_': ordered,
  '_+_': [
    ...arithmetic,
    ['string', 'string', 'string'],
    ['timestamp', 'duration', 'timestamp'],
    ['duration', 'duration', 'duration'],
  ],
  '_-_': [
    ...arithmetic,
    ['timestamp', 'timestamp', 'duration'],
    ['timestamp', 'duration', 'timestamp'],
    ['duration', 'duration', 'duration'],
  ],
  '_*_': arithmetic,
  '_/_': arithmetic,
  '_%_': [['int', 'int', 'int']],
  int: [...numbers, 'string' as const, 'timestamp' as const].map((from) => [from, 'int']),
  double: [...numbers, 'string' as const].map((from) => [from, 'double']),
  string: scalars.map((from) => [from, 'string']),
  timestamp: [['string', 'timestamp']],
  duration: [['string', 'duration']],
}

/** Called on a value: `pkg.name.startsWith("lib")`. */
export const methods: Readonly<Record<string, readonly Signature[]>> = {
  contains: searching,
  startsWith: searching,
  endsWith: searching,
  matches: searching,
}

/** Those that loop, which the parser has written out by the time the checker sees them. */
export const macros = ['all', 'exists', 'exists_one', 'filter', 'map'] as const
