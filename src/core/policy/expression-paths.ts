import type { parse } from '@bufbuild/cel'

export type Expr = ReturnType<typeof parse>['expr']

/** One text for one thing, however it is written: `a.b` and `a["b"]`. Undefined for what is computed. */
export function pathOf({ exprKind }: Expr): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case === 'constExpr' && exprKind.value.constantKind.case === 'stringValue') {
    return JSON.stringify(exprKind.value.constantKind.value)
  }
  if (exprKind.case === 'selectExpr' && exprKind.value.operand) {
    const above = pathOf(exprKind.value.operand)
    return above === undefined ? undefined : `${above}[${JSON.stringify(exprKind.value.field)}]`
  }
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_[_]') return undefined
  const [of, index] = exprKind.value.args.map(pathOf)
  return of === undefined || index === undefined ? undefined : `${of}[${index}]`
}

/** As it is written, where that is short: names, fields, texts. */
export function shown({ exprKind }: Expr): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case === 'constExpr' && exprKind.value.constantKind.case === 'stringValue') {
    return JSON.stringify(exprKind.value.constantKind.value)
  }
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) return undefined
  const above = shown(exprKind.value.operand)
  return above === undefined ? undefined : `${above}.${exprKind.value.field}`
}

/** The parser places a field at its dot and a method at its bracket: what people look for is where the chain begins. */
export function startOf(expr: Expr): Expr {
  const { exprKind } = expr
  const before =
    exprKind.case === 'selectExpr'
      ? exprKind.value.operand
      : exprKind.case === 'comprehensionExpr'
        ? exprKind.value.iterRange
        : exprKind.case === 'callExpr'
          ? (exprKind.value.target ?? (exprKind.value.function === '_[_]' ? exprKind.value.args[0] : undefined))
          : undefined
  return before ? startOf(before) : expr
}
