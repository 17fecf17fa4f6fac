import type { parse } from '@bufbuild/cel'
import { functions, macros, methods } from './expression-functions.ts'
import { patternMistake } from './expression-pattern.ts'
import { pathOf, shown, startOf, type Expr } from './expression-paths.ts'
import { listOf, type ExpressionType } from './expression-types.ts'

type Parsed = ReturnType<typeof parse>
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value']
type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']
type Scope = Readonly<Record<string, ExpressionType>>

/** Loops in loops are products: three are enough for tags of places against a list. */
const maxLoops = 3
/** What a list of the image is taken to hold where the cost is foreseen; what it does hold is counted when it is evaluated. */
const usualLength = 10

export interface ExpressionMistake {
  readonly message: string
  /** In the expression's text. */
  readonly offset: number
}

interface Checked {
  /** The first in the order of the text's evaluation; undefined: it is right. */
  readonly mistake: ExpressionMistake | undefined
  /** The variables it reads, `finding.severity`. */
  readonly inputs: ReadonlyMap<string, ExpressionType>
  /** Turns of its loops, as far as they can be foreseen. */
  readonly turns: number
}

const functionNames = ['size', ...Object.keys(functions), ...Object.keys(methods), ...macros].filter((name) => {
  return !/[_@]/.test(name.replace('exists_one', ''))
})

interface Walk {
  readonly variables: Scope
  readonly positions: Parsed['sourceInfo']
  readonly inputs: Map<string, ExpressionType>
  readonly mistakes: ExpressionMistake[]
  /** What is compared with null or looked for in a map somewhere, and what has to be. */
  readonly guarded: Set<string>
  readonly risky: { readonly path: string | undefined; readonly mistake: ExpressionMistake }[]
  turns: number
}

/** Where an expression stands: the variables of the loops around it, and how often those turn. */
interface Place {
  readonly scope: Scope
  readonly loops: number
  readonly turns: number
  /** In the text; of what stands around it, for what the parser wrote and has no place of its own. */
  readonly offset: number
}

const bool: ExpressionType = { name: 'bool' }
const int: ExpressionType = { name: 'int' }
const string: ExpressionType = { name: 'string' }
/** Of what is wrong already: it fits everything, so that one mistake is not told twice. */
const nothing: ExpressionType = { name: 'nothing' }

/**
 * Types of the whole expression, from those of its variables: the library checks none. What may be null or missing has to
 * be compared with null (or looked for with `in` or `has`) somewhere in the expression before anything else is done with it.
 */
export function checkTypes({ expr, sourceInfo }: Parsed, variables: Scope): Checked {
  const walk: Walk = {
    variables,
    positions: sourceInfo,
    inputs: new Map(),
    mistakes: [],
    guarded: new Set(),
    risky: [],
    turns: 0,
  }
  const top = { scope: {}, loops: 0, turns: 1, offset: 0 }
  expectType(expr, 'bool', 'the expression', top, walk)
  const unguarded = walk.risky.find(({ path }) => path === undefined || !walk.guarded.has(path))
  return { mistake: walk.mistakes[0] ?? unguarded?.mistake, inputs: walk.inputs, turns: walk.turns }
}

/** Of what is used as a value: the objects at the top have fields alone. */
function typeOf(expr: Expr, place: Place, walk: Walk): ExpressionType {
  const type = chainType(expr, place, walk)
  if (type.name !== 'object' || type.nullable || inputPath(expr, place, walk) === undefined) return type
  const expected = oneOf(Object.keys(type.fields ?? {}).map((field) => `${shown(expr)}.${field}`))
  return wrong(
    `${shown(expr)} is no value, expected ${expected}`,
    { ...place, offset: offsetOf(expr, place, walk) },
    walk,
  )
}

/** Of what may be followed by a field. */
function chainType(expr: Expr, around: Place, walk: Walk): ExpressionType {
  const place = { ...around, offset: offsetOf(expr, around, walk) }
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'constExpr':
      return constantType(exprKind.value.constantKind.case, place, walk)
    case 'identExpr':
      return variableType(exprKind.value.name, place, walk)
    case 'selectExpr':
      return fieldType(expr, place, walk)
    case 'callExpr':
      return callType(exprKind.value, place, walk)
    case 'listExpr':
      return listOf(elementType(exprKind.value.elements, place, walk))
    case 'comprehensionExpr':
      return loopType(exprKind.value, place, walk)
    default:
      return wrong('maps and messages cannot be written in an expression', place, walk)
  }
}

const constants: Readonly<Record<string, ExpressionType>> = {
  boolValue: bool,
  int64Value: int,
  doubleValue: { name: 'double' },
  stringValue: string,
  nullValue: { name: 'null' },
}

function constantType(kind: string | undefined, place: Place, walk: Walk): ExpressionType {
  return constants[kind ?? ''] ?? wrong('bytes and unsigned numbers are not supported', place, walk)
}

function variableType(name: string, place: Place, walk: Walk): ExpressionType {
  const known = { ...walk.variables, ...place.scope }
  if (Object.hasOwn(known, name)) return known[name] ?? nothing
  const names = Object.keys(known).filter((known) => !known.startsWith('@'))
  return wrong(`unknown variable ${name}, expected ${oneOf(names)}`, place, walk)
}

function fieldType(expr: Expr, place: Place, walk: Walk): ExpressionType {
  if (expr.exprKind.case !== 'selectExpr' || !expr.exprKind.value.operand) return nothing
  const { operand, field, testOnly } = expr.exprKind.value
  const of = notNull(operand, chainType(operand, place, walk), place, walk)
  if (of.name === 'nothing') return nothing
  if (of.name === 'map' && testOnly) return guard(pathOf(expr), walk)
  if (of.name === 'map') {
    const message = `${shown(expr)} can be missing: test has(${shown(expr)}) first`
    return risk(pathOf(expr), of.element ?? nothing, message, place, walk)
  }
  if (testOnly) return wrong('has() is for labels: compare what can be null with null', place, walk)
  const type = Object.hasOwn(of.fields ?? {}, field) ? of.fields?.[field] : undefined
  if (!type) {
    const fields = Object.keys(of.fields ?? {})
    const expected = fields.length > 0 ? `, expected ${oneOf(fields)}` : ''
    const offset = (walk.positions?.positions[`${expr.id}`] ?? place.offset - 1) + 1 // behind the dot
    return wrong(`unknown field ${field} of ${shown(operand) ?? describe(of)}${expected}`, { ...place, offset }, walk)
  }
  const input = inputPath(expr, place, walk)
  if (input && (type.name !== 'object' || type.nullable)) walk.inputs.set(input, type)
  return type
}

/** `finding.severity`, where nothing between is null and no loop's variable is meant. */
function inputPath({ exprKind }: Expr, place: Place, walk: Walk): string | undefined {
  if (exprKind.case === 'identExpr') {
    const { name } = exprKind.value
    return Object.hasOwn(walk.variables, name) && !Object.hasOwn(place.scope, name) ? name : undefined
  }
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) return undefined
  const above = inputPath(exprKind.value.operand, place, walk)
  // Below what can be null is read from there.
  return above === undefined || walk.inputs.has(above) ? undefined : `${above}.${exprKind.value.field}`
}

function callType({ target, function: name, args }: Call, place: Place, walk: Walk): ExpressionType {
  const [first, second, third] = args
  if (target) {
    // The parser leaves a macro alone that it cannot write out.
    if (macros.some((macro) => macro === name)) {
      return wrong(`${name}() takes the name of a variable and an expression: list.${name}(x, …)`, place, walk)
    }
    if (name === 'size' && args.length === 0) return sizeType(target, place, walk)
    if (name === 'matches') checkPattern(first, place, walk)
    return signatureType(`${name}()`, methods[name], [target, ...args], place, walk)
  }
  if (name === '_&&_' || name === '_||_') {
    for (const arg of args) expectType(arg, 'bool', `each side of ${operatorText(name)}`, place, walk)
    return bool
  }
  if (name === '@not_strictly_false') return first ? typeOf(first, place, walk) : nothing
  if (name === 'size' && first && args.length === 1) return sizeType(first, place, walk)
  if (name === '_?_:_' && first && second && third) {
    expectType(first, 'bool', 'the condition of ? :', place, walk)
    return unite(typeOf(second, place, walk), typeOf(third, place, walk), place, walk)
  }
  if (first && second) {
    if (name === '_[_]') return indexType(first, second, place, walk)
    if (name === '@in') return inType(first, second, place, walk)
    if (name === '_==_' || name === '_!=_') return equalType(name, first, second, place, walk)
    if (name === '_+_') {
      const [left, right] = [typeOf(first, place, walk), typeOf(second, place, walk)]
      if (left.name === 'list' && right.name === 'list') return unite(left, right, place, walk)
    }
  }
  return signatureType(operatorText(name), functions[name], args, place, walk)
}

function signatureType(
  shownName: string,
  signatures: (typeof functions)[string] | undefined,
  args: readonly Expr[],
  place: Place,
  walk: Walk,
): ExpressionType {
  if (!signatures) {
    return wrong(`unknown function ${shownName}, expected ${oneOf(functionNames)}`, place, walk)
  }
  const types = args.map((arg) => needed(arg, place, walk))
  const fitting = signatures.find((signature) => {
    return (
      signature.length === types.length + 1 &&
      types.every(({ name }, at) => name === signature[at] || name === 'nothing')
    )
  })
  const result = fitting?.at(-1)
  if (result) return { name: result }
  const mixed = types.some(({ name }) => name === 'int') && types.some(({ name }) => name === 'double')
  const hint = mixed ? ': make one of them the other with double(…)' : ''
  return wrong(`${shownName} does not take ${types.map(describe).join(' and ') || 'nothing'}${hint}`, place, walk)
}

/** Comparing with null is what makes the rest safe; what is never null needs no such comparison. */
function equalType(name: string, left: Expr, right: Expr, place: Place, walk: Walk): ExpressionType {
  const [leftType, rightType] = [typeOf(left, place, walk), typeOf(right, place, walk)]
  const tested = leftType.name === 'null' ? right : rightType.name === 'null' ? left : undefined
  if (tested) {
    const type = tested === left ? leftType : rightType
    if (!type.nullable && type.name !== 'nothing') return wrong(`${shown(tested) ?? 'this'} is never null`, place, walk)
    return guard(pathOf(tested), walk)
  }
  const fits = functions['_==_']?.some(([one, other]) => one === leftType.name && other === rightType.name)
  if (fits || leftType.name === 'nothing' || rightType.name === 'nothing') return bool
  return wrong(`${operatorText(name)} does not take ${describe(leftType)} and ${describe(rightType)}`, place, walk)
}

function inType(item: Expr, all: Expr, place: Place, walk: Walk): ExpressionType {
  const [type, of] = [typeOf(item, place, walk), needed(all, place, walk)]
  if (type.name === 'nothing' || of.name === 'nothing') return bool
  if (of.name === 'map' && type.name === 'string') {
    const path = pathOf(all)
    return guard(path === undefined ? undefined : `${path}[${pathOf(item) ?? ''}]`, walk)
  }
  const element = of.name === 'list' ? of.element : undefined
  const fits = functions['_==_']?.some(([one, other]) => one === type.name && other === element?.name)
  if (fits || element?.name === 'nothing') return bool
  return wrong(`in does not take ${describe(type)} and ${describe(of)}`, place, walk)
}

function indexType(of: Expr, index: Expr, place: Place, walk: Walk): ExpressionType {
  const [type, by] = [needed(of, place, walk), needed(index, place, walk)]
  if (type.name === 'nothing' || by.name === 'nothing') return type.element ?? nothing
  if (type.name === 'list' && by.name === 'int') return type.element ?? nothing
  if (type.name !== 'map' || by.name !== 'string') {
    return wrong(`[ ] does not take ${describe(type)} and ${describe(by)}`, place, walk)
  }
  const path = pathOf(of)
  const entry = path === undefined ? undefined : `${path}[${pathOf(index) ?? ''}]`
  const [map, key] = [shown(of) ?? 'the map', shown(index) ?? 'the key']
  const message = `${map}[${key}] can be missing: test ${key} in ${map} first`
  return risk(entry, type.element ?? nothing, message, place, walk)
}

function sizeType(of: Expr, place: Place, walk: Walk): ExpressionType {
  const type = needed(of, place, walk)
  if (['list', 'map', 'string', 'nothing'].includes(type.name)) return int
  return wrong(`size() does not take ${describe(type)}`, place, walk)
}

/** Lists of lists could grow by squares, and be compared for ever. */
function elementType(elements: readonly Expr[], place: Place, walk: Walk): ExpressionType {
  return elements.reduce<ExpressionType>((element, expr) => {
    const type = typeOf(expr, place, walk)
    if (type.name === 'list' || type.name === 'map') return wrong('a list cannot hold lists or maps', place, walk)
    return unite(element, type, place, walk)
  }, nothing)
}

/** What the parser makes of `all`, `exists`, `exists_one`, `filter` and `map`. */
function loopType(loop: Comprehension, place: Place, walk: Walk): ExpressionType {
  const { iterRange, iterVar, iterVar2, accuVar, accuInit, loopCondition, loopStep, result } = loop
  if (!iterRange || !accuInit || !loopCondition || !loopStep || !result || iterVar2) {
    return wrong('this loop is not supported', place, walk)
  }
  if (place.loops === maxLoops) return wrong(`at most ${maxLoops} loops in each other`, place, walk)
  if (Object.hasOwn(walk.variables, iterVar) || Object.hasOwn(place.scope, iterVar)) {
    return wrong(`${iterVar} is a variable already: call this one otherwise`, place, walk)
  }
  const range = needed(iterRange, place, walk)
  const item = range.name === 'map' ? string : range.name === 'list' ? range.element : undefined
  if (!item && range.name !== 'nothing') return wrong(`${describe(range)} cannot be walked through`, place, walk)
  const length = iterRange.exprKind.case === 'listExpr' ? iterRange.exprKind.value.elements.length : usualLength
  const turns = place.turns * length
  walk.turns += turns
  const inside = (sum: ExpressionType): Place => ({
    scope: { ...place.scope, [iterVar]: item ?? nothing, [accuVar]: sum },
    loops: place.loops + 1,
    turns,
    offset: place.offset,
  })
  const start = inside(typeOf(accuInit, place, walk))
  typeOf(loopCondition, start, walk)
  const sum = typeOf(loopStep, start, walk)
  return typeOf(result, inside(sum), walk)
}

function checkPattern(pattern: Expr | undefined, place: Place, walk: Walk): void {
  const constant = pattern?.exprKind.case === 'constExpr' ? pattern.exprKind.value.constantKind : undefined
  if (!pattern || constant?.case !== 'stringValue') {
    wrong('matches() takes a pattern in quotes', place, walk)
    return
  }
  const mistake = patternMistake(constant.value)
  if (mistake) wrong(mistake, { ...place, offset: offsetOf(pattern, place, walk) }, walk)
}

function unite(one: ExpressionType, other: ExpressionType, place: Place, walk: Walk): ExpressionType {
  if (one.name === 'nothing') return other
  if (other.name === 'nothing') return one
  if (one.name === 'null' || other.name === 'null') return { ...(one.name === 'null' ? other : one), nullable: true }
  if (one.name !== other.name) {
    return wrong(`${describe(one)} and ${describe(other)} cannot stand for each other`, place, walk)
  }
  const nullable = (one.nullable ?? other.nullable) === true
  if (one.name !== 'list' || !one.element || !other.element) return { ...one, ...(nullable && { nullable }) }
  return { ...listOf(unite(one.element, other.element, place, walk)), ...(nullable && { nullable }) }
}

function expectType(expr: Expr, name: ExpressionType['name'], what: string, place: Place, walk: Walk): void {
  const type = needed(expr, place, walk)
  if (type.name === name || type.name === 'nothing') return
  wrong(`${what} has to be ${name}, and is ${describe(type)}`, { ...place, offset: offsetOf(expr, place, walk) }, walk)
}

/** The type of what must not be null here. */
function needed(expr: Expr, place: Place, walk: Walk): ExpressionType {
  return notNull(expr, typeOf(expr, place, walk), place, walk)
}

function notNull(expr: Expr, type: ExpressionType, place: Place, walk: Walk): ExpressionType {
  if (!type.nullable) return type
  const { nullable: _, ...rest } = type
  const what = shown(expr) ?? 'this'
  const message = `${what} can be null: test ${what} != null first`
  return risk(pathOf(expr), rest, message, { ...place, offset: offsetOf(expr, place, walk) }, walk)
}

function risk(path: string | undefined, type: ExpressionType, message: string, place: Place, walk: Walk) {
  walk.risky.push({ path, mistake: { message, offset: place.offset } })
  return type
}

function guard(path: string | undefined, walk: Walk): ExpressionType {
  if (path !== undefined) walk.guarded.add(path)
  return bool
}

function describe({ name, element }: ExpressionType): string {
  if (name === 'nothing') return 'anything'
  if (name === 'object') return 'object'
  return element && element.name !== 'nothing' ? `${name} of ${describe(element)}` : name
}

/** `_>=_` and `@in` as they are written; of functions the name. */
function operatorText(name: string): string {
  return /^[\w]+$/.test(name.replaceAll('_', '')) ? `${name}()` : name.replaceAll(/[_@]/g, '')
}

function offsetOf(expr: Expr, around: Place, walk: Walk): number {
  return walk.positions?.positions[`${startOf(expr).id}`] ?? around.offset
}

function wrong(message: string, { offset }: Place, walk: Walk): ExpressionType {
  walk.mistakes.push({ message, offset })
  return nothing
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`
}
