import { emptyPolicy, type Policy } from './policy.ts'

/**
 * In force where no document is given: stop what is bad and can be mended today, show what is bad or easily mended, and
 * leave the rest to lists and counts. Nothing that a plain official image has by its nature fails.
 */
export const defaultPolicy: Policy = {
  ...emptyPolicy,
  name: 'default',
  description: 'Stops what is bad and can be mended today, and shows what is bad or easily mended.',
  vulnerabilities: [
    { name: 'exploited-fixable', kev: true, fixable: true, action: 'fail' },
    { name: 'exploited', kev: true, action: 'warn' },
    { name: 'fixable-high', severity: 'high', fixable: true, action: 'fail' },
    { name: 'unfixable-high', severity: 'high', action: 'warn' },
    { name: 'fixable-medium', severity: 'medium', fixable: true, action: 'warn' },
  ],
  checks: [{ name: 'critical-checks', level: 'critical', layers: 'own', undecidable: 'ignore', action: 'warn' }],
  secrets: [{ name: 'own-secrets', layers: 'own', action: 'warn' }],
  onIncomplete: 'inconclusive',
}

/** The same as a document, as docs/policy.md shows it and `tallyman policy default` prints it. */
export const defaultPolicyDocument = `apiVersion: tallyman.dev/v1
kind: Policy
metadata:
  name: default
  description: Stops what is bad and can be mended today, and shows what is bad or easily mended.
spec:
  vulnerabilities:            # tried in order; the first that fits a finding decides about it
    - name: exploited-fixable # known to be exploited (KEV), whatever its severity
      kev: true
      fixable: true           # only with a fix
      action: fail
    - name: exploited         # those with a fix were caught above
      kev: true
      action: warn
    - name: fixable-high
      severity: high          # at least
      fixable: true
      action: fail
    - name: unfixable-high
      severity: high
      action: warn
    - name: fixable-medium
      severity: medium
      fixable: true
      action: warn
  checks:
    - name: critical-checks
      level: critical
      layers: own             # not what the base brought
      undecidable: ignore
      action: warn
  secrets:
    - name: own-secrets
      layers: own
      action: warn
  incomplete: inconclusive
`
