/**
 * Enough to find a secret again and not to use it: at most the first four characters, and never more than a fifth.
 * `prefix` is what everybody's secrets of its kind begin with.
 */
export function redacted(secret: string, prefix = ''): string {
  const shown = secret.startsWith(prefix) && prefix !== '' ? prefix.length : Math.min(4, Math.floor(secret.length / 5))
  return `${printable(secret.slice(0, shown))}… (${secret.length} characters)`
}

/** It ends on terminals. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
