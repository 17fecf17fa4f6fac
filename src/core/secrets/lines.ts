/** Gives the number of the line, from 1, in which a position lies; positions come in order. */
export function lineCounter(bytes: Buffer): (position: number) => number {
  let line = 1
  let next = bytes.indexOf(10)
  return (position) => {
    while (next >= 0 && next < position) {
      line++
      next = bytes.indexOf(10, next + 1)
    }
    return line
  }
}
