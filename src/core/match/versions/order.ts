/** Orders two runs of decimal digits by value, whatever their length: dates and hashes in versions exceed 2^53. */
export function compareDigits(a: string, b: string): number {
  const left = withoutZeros(a)
  const right = withoutZeros(b)
  return left.length - right.length || compareText(left, right)
}

/** Orders two texts by code unit, as strcmp does for ASCII. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Orders two lists item by item; where one ends first, the shorter is before. */
export function compareLists<T>(a: readonly T[], b: readonly T[], compare: (a: T, b: T) => number): number {
  const common = Math.min(a.length, b.length)
  for (let index = 0; index < common; index++) {
    const order = compare(a[index]!, b[index]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

export const isDigits = (text: string): boolean => /^[0-9]+$/.test(text)

function withoutZeros(digits: string): string {
  let start = 0
  while (start < digits.length && digits[start] === '0') start++
  return digits.slice(start)
}
