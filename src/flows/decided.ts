import type { AskedImage, Store } from '../adapters/store/store.ts'
import type { Check } from '../core/benchmark/check.ts'
import type { Digest } from '../core/image/digest.ts'
import type { AskedPackage } from '../core/policy/asked.ts'
import { decisionsFor, type Decision } from '../core/policy/decisions.ts'
import { judgedCheck, type ImageFacts } from '../core/policy/image-facts.ts'
import { exceptionsFor, exceptsCheck, exceptsSecret } from '../core/policy/judge.ts'
import type { Finding, Suppression } from '../core/policy/policy.ts'
import type { ReadyException, Rules } from '../core/policy/rules.ts'
import type { Secret } from '../core/secrets/secret.ts'

/** The exception that takes something out of the verdict, else the rule that decides about it. */
interface Decided {
  readonly suppressed: Suppression | null
  readonly decision: Decision | null
}

/** What becomes of each thing that an image has. */
export interface DecidedImage {
  /** The findings, those that an exception or a VEX statement is about suppressed with its reason. */
  findings(findings: readonly Finding[]): readonly Finding[]
  /** Of one of these. */
  finding(finding: Finding): Decision | null
  check(check: Check): Decided
  secret(secret: Secret): Decided
}

export interface DecidedDeps {
  readonly store: Pick<Store, 'images'>
  readonly rules: Rules
  /** What is asked of the image, where that is not today's. */
  readonly past?: { readonly facts: ImageFacts; readonly asked: AskedImage }
}

/** `at`: RFC 3339. */
export async function decidedOf(
  digest: Digest,
  at: string,
  { store, rules, past }: DecidedDeps,
): Promise<DecidedImage> {
  const image = past?.facts ?? (await store.images.facts(digest))
  const inForce = image ? exceptionsFor(rules, image, at) : []
  const decisions = image && decisionsFor(rules, image, at)
  const packages = inForce.length > 0 ? await store.images.packages(digest) : []
  const byPurl = new Map<string, AskedPackage>(packages.map((found) => [found.purl, found]))
  const { findings: asked } = past?.asked ?? (await store.images.asked(digest))
  const byKey = new Map(asked.map((one) => [keyOf(one.subject.purl, one.finding.vulnerability), one]))
  const covering = (finding: Finding): ReadyException | undefined => {
    const subject = byPurl.get(finding.package)
    return subject && inForce.find(({ covers }) => covers(finding, subject))
  }
  return {
    findings: (findings) =>
      findings.map((finding) => {
        const exception = finding.state === 'open' ? covering(finding) : undefined
        return exception ? { ...finding, state: 'suppressed', suppressed: suppressionBy(exception) } : finding
      }),
    finding(finding) {
      const one = finding.state === 'open' ? byKey.get(keyOf(finding.package, finding.vulnerability)) : undefined
      return (one && decisions?.finding(one.finding, one.subject)) ?? null
    },
    check(check) {
      const judged = judgedCheck(check)
      const exception = inForce.find((each) => exceptsCheck(each, check.id))
      return decided(exception, () => (judged && decisions?.check(judged)) ?? null)
    },
    secret(secret) {
      const exception = inForce.find((each) => exceptsSecret(each, secret))
      return decided(exception, () => decisions?.secret(secret) ?? null)
    },
  }
}

const keyOf = (purl: string, vulnerability: string): string => `${purl} ${vulnerability}`

function decided(exception: ReadyException | undefined, decide: () => Decision | null): Decided {
  return exception ? { suppressed: suppressionBy(exception), decision: null } : { suppressed: null, decision: decide() }
}

function suppressionBy({ exception: { by, id, owner, reason, until } }: ReadyException): Suppression {
  return { by, reason: `${reason} (${id}, ${owner})`, until }
}
