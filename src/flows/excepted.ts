import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { AskedPackage } from '../core/policy/asked.ts'
import { exceptionsFor, exceptsCheck, exceptsSecret } from '../core/policy/judge.ts'
import type { Finding, Suppression } from '../core/policy/policy.ts'
import type { ReadyException, Rules } from '../core/policy/rules.ts'

/** What the exceptions in force for an image take out of its verdict. */
export interface Excepted {
  /** The findings, those that an exception or a VEX statement is about suppressed with its reason. */
  findings(findings: readonly Finding[]): readonly Finding[]
  check(id: string): Suppression | null
  secret(secret: { readonly rule: string; readonly path: string }): Suppression | null
}

/** `at`: RFC 3339. */
export async function exceptedOf(
  digest: Digest,
  at: string,
  { store, rules }: { readonly store: Pick<Store, 'images'>; readonly rules: Rules },
): Promise<Excepted> {
  const image = rules.exceptions.length > 0 ? await store.images.facts(digest) : undefined
  const inForce = image ? exceptionsFor(rules, image, at) : []
  const packages = inForce.length > 0 ? await store.images.packages(digest) : []
  const byPurl = new Map<string, AskedPackage>(packages.map((found) => [found.purl, found]))
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
    check: (id) => suppressionOrNull(inForce.find((exception) => exceptsCheck(exception, id))),
    secret: (secret) => suppressionOrNull(inForce.find((exception) => exceptsSecret(exception, secret))),
  }
}

const suppressionOrNull = (exception: ReadyException | undefined): Suppression | null =>
  exception ? suppressionBy(exception) : null

function suppressionBy({ exception: { by, id, owner, reason, until } }: ReadyException): Suppression {
  return { by, reason: `${reason} (${id}, ${owner})`, until }
}
