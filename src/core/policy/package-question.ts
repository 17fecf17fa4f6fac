import { schemeFor } from '../match/version-schemes.ts'
import type { AskedPackage } from './asked.ts'
import { evaluateExpression } from './expression.ts'
import { isOfEcosystem, packagePattern } from './finding-question.ts'
import { licenseTest } from './license.ts'
import type { PackageRule } from './policy.ts'

/** `unlicensed`: the package states no licence. `unknown`: why it cannot be told whether it is caught. */
type PackageAnswer = 'caught' | 'free' | 'unlicensed' | { readonly unknown: string }

export type AskPackage = (subject: AskedPackage) => PackageAnswer

/** The rule as one question, made ready once. */
export function askPackage(rule: PackageRule): AskPackage {
  const ask = questionOf(rule)
  const { ecosystems } = rule
  return (subject) => (ecosystems && !isOfEcosystem(subject.ecosystem, ecosystems) ? 'free' : ask(subject))
}

function questionOf({ deny, allow, licenses, minimum, expression }: PackageRule): AskPackage {
  if (deny) {
    const fits = packagePattern(deny)
    return (subject) => (fits(subject) ? 'caught' : 'free')
  }
  if (allow) {
    const fits = packagePattern(allow)
    return (subject) => (fits(subject) ? 'free' : 'caught')
  }
  if (licenses) {
    const decide = licenseTest(licenses)
    return (subject) => {
      const decision = decide(subject.licenses)
      return decision === 'unknown' ? 'unlicensed' : decision
    }
  }
  if (minimum) {
    const limits = Object.entries(minimum).map(([name, version]) => ({ fits: packagePattern([name]), version }))
    return (subject) => {
      const limit = limits.find(({ fits }) => fits(subject))
      return limit ? older(subject, limit.version) : 'free'
    }
  }
  return (subject) => {
    const { name, version, type, ecosystem, source, purl, licenses: stated } = subject
    const variables = { name, version, type, ecosystem, source: source?.name ?? name, purl, licenses: stated }
    const result = evaluateExpression(expression ?? 'false', 'package', { package: variables })
    return 'error' in result ? { unknown: result.error } : result.value ? 'caught' : 'free'
  }
}

/** By the ecosystem's own order. */
function older({ ecosystem, version }: AskedPackage, least: string): PackageAnswer {
  const order = schemeFor(ecosystem)?.compare(version, least)
  return order === undefined ? { unknown: 'versions cannot be compared' } : order < 0 ? 'caught' : 'free'
}
