import type { VersionScheme } from '../version-scheme.ts'
import { compareText } from '../../compare-text.ts'
import { compareDigits, compareLists, compareNumbers, comparing, isDigits, versionText } from './order.ts'

/**
 * PEP 440. Legacy versions that it does not allow cannot be compared: they match only where an advisory lists them. Own code
 * because the package `@renovatebot/pep440` reads numbers as floats: local parts such as `5e10` and digits over 2^53.
 */
export const pep440: VersionScheme = {
  name: 'pep440',
  compare: comparing(
    parse,
    (left, right) =>
      compareDigits(left.epoch, right.epoch) ||
      compareNumbers(left.release, right.release) ||
      left.stage - right.stage ||
      compareDigits(left.stageNumber, right.stageNumber) ||
      comparePresent(left.post, right.post) ||
      // Without `dev` it is the thing itself, which every development release of it precedes.
      Number(right.dev !== undefined) - Number(left.dev !== undefined) ||
      comparePresent(left.dev, right.dev) ||
      compareLists(left.local, right.local, compareLocal),
  ),
}

interface Parsed {
  readonly epoch: string
  readonly release: readonly string[]
  readonly stage: number
  readonly stageNumber: string
  readonly post: string | undefined
  readonly dev: string | undefined
  readonly local: readonly string[]
}

/** Appendix B of the PEP. */
const form =
  /^v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)(?<pre>[-_.]?(?<stage>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?<stageNumber>[0-9]*))?(?<post>-(?<bare>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>[0-9]*))?(?<dev>[-_.]?dev[-_.]?(?<devNumber>[0-9]*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/

const stages: Record<string, number> = { a: 1, alpha: 1, b: 2, beta: 2, c: 3, rc: 3, pre: 3, preview: 3 }
/** A development release of the final version itself is before every stage of it. */
const DEVELOPMENT = 0
const FINAL = 4

function parse(version: string): Parsed | undefined {
  const groups: Record<string, string | undefined> | undefined = form.exec(versionText(version).toLowerCase())?.groups
  if (!groups) return undefined
  const { epoch, release, stage, stageNumber, post, bare, postNumber, dev, devNumber, local } = groups
  const unstaged = dev !== undefined && post === undefined ? DEVELOPMENT : FINAL
  return {
    epoch: epoch ?? '0',
    release: release!.split('.'),
    stage: stage === undefined ? unstaged : stages[stage]!,
    stageNumber: stageNumber ?? '',
    post: post === undefined ? undefined : (bare ?? postNumber ?? ''),
    dev: dev === undefined ? undefined : (devNumber ?? ''),
    local: local?.split(/[-_.]/) ?? [],
  }
}

/** Absent before present; present without digits is 0. */
function comparePresent(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return compareDigits(a, b)
}

/** Text before numbers, the other way round than in a pre-release of Semantic Versioning. */
function compareLocal(a: string, b: string): number {
  const numeric = isDigits(a)
  if (numeric !== isDigits(b)) return numeric ? 1 : -1
  return numeric ? compareDigits(a, b) : compareText(a, b)
}
