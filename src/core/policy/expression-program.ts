import { celEnv, celFunc, CelScalar, celList, celMethod, isCelError, listType, plan } from '@bufbuild/cel'
import type { CelFunc, CelInput, CelList } from '@bufbuild/cel'
import { repetitionsOf } from './expression-pattern.ts'
import type { Expr } from './expression-paths.ts'
import { givenNames, type ExpressionType } from './expression-types.ts'

export type Evaluation = { readonly value: boolean } | { readonly error: string }
export type Program = (variables: Readonly<Record<string, unknown>>) => Evaluation

const { BOOL, INT, STRING, DYN } = CelScalar
const LIST = listType(DYN)

const standard = celEnv().funcs

/** A built list is copied with every element that is added to it. */
const maxListLength = 1000
/** `a + a` in loops would double it each time. */
const maxStringLength = 64 * 1024
/** So many characters searched, or elements looked at, cost about as much as a turn of a loop. */
const charactersPerUnit = 256
const elementsPerUnit = 16

/**
 * A checked expression, ready to run under a budget of units, of one or two microseconds each. The library counts nothing,
 * so every loop asks for its next turn here, and what takes time by the length of a text or list is charged by that. When
 * the budget is spent no loop turns again: the result does not count then, even where CEL's `||` would have swallowed an error.
 */
export function programOf(expr: Expr, inputs: ReadonlyMap<string, ExpressionType>, budget: number): Program {
  let left = budget
  const turn = (): boolean => {
    left -= 1
    return left >= 0
  }
  const charge = (units: number): void => {
    left -= units
    if (left < 0) throw new Error('over the cost limit')
  }
  const run = plan(celEnv({ funcs: countedFunctions(turn, charge) }), counted(expr))
  const reads = [...inputs].map(([path, type]) => {
    const [root = '', ...steps] = path.split('.')
    return { path, steps: [givenNames[root] ?? root, ...steps], type }
  })
  return (variables) => {
    left = budget
    const bound: Record<string, CelInput> = Object.create(null)
    for (const { path, steps, type } of reads) {
      const input = inputOf(valueAt(variables, steps), type)
      if (input === undefined) return { error: `${path} is not known` }
      bound[path] = input
    }
    const result = run(bound)
    if (left < 0) return { error: 'it took longer than the cost limit allows' }
    if (isCelError(result)) return { error: result.message }
    return typeof result === 'boolean' ? { value: result } : { error: 'it is neither true nor false' }
  }
}

/** Instead of the library's own. */
function countedFunctions(turn: () => boolean, charge: (units: number) => void): CelFunc[] {
  const searched = (text: string): void => charge(1 + text.length / charactersPerUnit)
  const built = new WeakMap<CelList, readonly CelInput[]>()
  const elementsOf = (list: CelList): readonly CelInput[] => built.get(list) ?? [...list]
  return [
    celFunc('@turn', [], BOOL, turn),
    celMethod('contains', STRING, [STRING], BOOL, function (part) {
      searched(this)
      return this.includes(part)
    }),
    celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
      charge(matchUnits(this, pattern))
      return matches(this, pattern)
    }),
    celFunc('size', [STRING], INT, (text) => {
      searched(text)
      return characterCount(text)
    }),
    celMethod('size', STRING, [], INT, function () {
      searched(this)
      return characterCount(this)
    }),
    celFunc('@in', [DYN, LIST], BOOL, (item, list) => {
      charge(1 + list.size / elementsPerUnit)
      return standard.find('@in')?.call(0, undefined, [item, list]) === true
    }),
    celFunc('_+_', [STRING, STRING], STRING, (one, other) => {
      if (one.length + other.length > maxStringLength) {
        throw new Error(`a text of more than ${maxStringLength} characters`)
      }
      searched(other)
      return one + other
    }),
    celFunc('_+_', [LIST, LIST], LIST, (one, other) => {
      if (one.size + other.size > maxListLength) throw new Error(`a list of more than ${maxListLength} elements`)
      const elements = elementsOf(one).concat(elementsOf(other))
      const list = celList(elements)
      built.set(list, elements)
      return list
    }),
  ]
}

/** RE2 compiles the pattern each time, with its counted parts written out, and walks slower where it is large. */
function matchUnits(text: string, pattern: string): number {
  const size = pattern.length * repetitionsOf(pattern)
  return 1 + size / 8 + text.length / 32 + (text.length * size) / 4096
}

function matches(text: string, pattern: string): boolean {
  return standard.find('matches')?.call(0, text, [pattern]) === true
}

/** In code points, as CEL counts them. */
function characterCount(text: string): bigint {
  let count = 0n
  for (const _ of text) count += 1n
  return count
}

function valueAt(variables: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) => (value as Record<string, unknown> | null | undefined)?.[step],
    variables,
  )
}

/** Undefined where the value is not of the type. Numbers are doubles to the library unless they are bigints. */
function inputOf(value: unknown, type: ExpressionType): CelInput | undefined {
  if (value === null) return type.nullable ? null : undefined
  switch (type.name) {
    case 'int':
      return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
    case 'double':
      return typeof value === 'number' ? value : undefined
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'list':
      return Array.isArray(value) ? inputsOf(value, type.element) : undefined
    case 'map':
      return entriesOf(value, () => type.element)
    case 'object':
      return entriesOf(value, (name) => type.fields?.[name])
    default:
      return undefined
  }
}

function inputsOf(values: readonly unknown[], element: ExpressionType | undefined): CelInput | undefined {
  if (!element) return undefined
  const inputs = values.map((value) => inputOf(value, element))
  return inputs.every((input) => input !== undefined) ? inputs : undefined
}

function entriesOf(
  value: unknown,
  typeOf: (name: string) => ExpressionType | undefined,
): Map<string, CelInput> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = new Map<string, CelInput>()
  for (const [name, field] of Object.entries(value)) {
    const type = typeOf(name)
    if (!type) continue
    const input = inputOf(field, type)
    if (input === undefined) return undefined
    entries.set(name, input)
  }
  return entries
}

/** The same with every loop asking for its turns. */
function counted(expr: Expr): Expr {
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand } = exprKind.value
      return {
        ...expr,
        exprKind: { ...exprKind, value: { ...exprKind.value, ...(operand && { operand: counted(operand) }) } },
      }
    }
    case 'callExpr': {
      const { target, args } = exprKind.value
      const value = { ...exprKind.value, ...(target && { target: counted(target) }), args: args.map(counted) }
      return { ...expr, exprKind: { ...exprKind, value } }
    }
    case 'listExpr':
      return {
        ...expr,
        exprKind: { ...exprKind, value: { ...exprKind.value, elements: exprKind.value.elements.map(counted) } },
      }
    case 'comprehensionExpr': {
      const { iterRange, loopCondition, loopStep } = exprKind.value
      if (!iterRange || !loopCondition || !loopStep) return expr
      const value = {
        ...exprKind.value,
        iterRange: counted(iterRange),
        loopCondition: call(expr, '_&&_', [loopCondition, call(expr, '@turn', [])]),
        loopStep: counted(loopStep),
      }
      return { ...expr, exprKind: { ...exprKind, value } }
    }
    default:
      return expr
  }
}

function call({ id, $typeName }: Expr, name: string, args: Expr[]): Expr {
  return {
    $typeName,
    id,
    exprKind: { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } },
  }
}
