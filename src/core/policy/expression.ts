import { plan, parse, celEnv } from '@bufbuild/cel'

export type ExpressionKind = 'finding' | 'package' | 'image'

export function evaluateExpression(
  text: string,
  _kind: ExpressionKind,
  variables: Record<string, unknown>,
): { readonly value: boolean } | { readonly error: string } {
  try {
    const result: unknown = plan(celEnv(), parse(text))(variables as never)
    return typeof result === 'boolean' ? { value: result } : { error: 'gives no true or false' }
  } catch (thrown) {
    return { error: String(thrown) }
  }
}
