/** A result as JSON: keys in the order in which the contracts list them, one newline at the end. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
