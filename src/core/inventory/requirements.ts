import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import { isOfApplication, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/**
 * pip's requirements files, of which only exact pins name a version: `name[extra]==1.2 ; marker --hash=…`. Ranges,
 * wildcards, URLs and options say nothing about what is installed and are left out.
 */
export const requirements: Cataloger = {
  name: 'requirements',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename.endsWith('.txt') && basename.includes('requirements') && isOfApplication(path),
  *read({ bytes }, note) {
    yield* locked('pypi', pinsIn(textOf(bytes)), note)
  },
}

/** A shell of Windows writes UTF-16, and pip reads it. */
function textOf(bytes: Buffer): string {
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString()
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** A line that goes on after a backslash has its pin in the first part. */
function* pinsIn(text: string): Generator<LockedPackage> {
  for (const line of linesOf(text)) {
    const pin = pinned.exec(line)?.groups
    if (pin) yield { name: pin['name'], version: pin['version'] }
  }
}

/** PEP 508, with limits where a hostile line could make it slow. */
const pinned =
  /^\s{0,64}(?<name>[A-Za-z0-9][\w.-]{0,255})\s{0,64}(?:\[[^\]]{0,512}\])?\s{0,64}\(?===?\s{0,64}(?<version>[\w.+!-]{1,128})(?=[\s;,#)\\]|$)/
