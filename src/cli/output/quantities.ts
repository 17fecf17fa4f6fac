const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** `3 hours ago`; `just now` under a minute and for clocks that disagree a little. */
export function ago(time: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(time)) / 1_000
  if (!Number.isFinite(seconds)) return 'at an unknown time'
  for (const [unit, length] of units) {
    if (seconds >= length) return `${plural(Math.floor(seconds / length), unit)} ago`
  }
  return 'just now'
}

/** `1 finding`, `2 findings`, `1,024 findings`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : nouns}`
}

/** `12,345`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** `34.1 MB`, in powers of ten as registries show it. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words)
}
