import { compare, valid } from '@renovatebot/pep440'
import type { VersionScheme } from '../version-scheme.ts'

/** PEP 440. Legacy versions that it does not allow cannot be compared: they match only where an advisory lists them. */
export const pep440: VersionScheme = {
  name: 'pep440',
  compare(a, b) {
    const left = a.trim()
    const right = b.trim()
    return valid(left) && valid(right) ? compare(left, right) : undefined
  },
}
