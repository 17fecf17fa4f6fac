import { expect, test } from 'vitest'
import { parsePolicy } from '../../core/policy/policy-document.ts'
import { policyLines } from './policy-text.ts'

const head = 'apiVersion: tallyman.dev/v1\nkind: Policy\nmetadata: { name: mine }\nspec:\n'

test('every rule is said in words, in the order in which it is tried', () => {
  const policy = parsePolicy(`${head}
  priority: -5
  scopes:
    - { registries: prod, repositories: [shop/*, pay/**], tags: v*, labels: { team: pay }, platforms: linux/*, bases: hub/base/* }
    - { registries: dev }
  vulnerabilities:
    - { name: all, action: ignore }
    - { name: exploited, kev: true, fixable: false, action: warn }
    - { name: likely, severity: critical, epss: 0.5, score: 7, sources: GHSA, ecosystems: [npm, Debian], action: warn }
    - { name: old, fixAge: 2w, ids: CVE-2024-*, packages: openssl, action: fail, grace: { period: 12h, during: ignore } }
    - { name: odd, kev: false, expression: "finding.kev ||\\n  finding.fixable", action: fail }
  packages:
    - { name: denied, deny: [a, b, c, d, e, f, g], ecosystems: Maven, action: fail }
    - { name: allowed, allow: "pkg:deb/**", action: warn }
    - { name: licences, licenses: { deny: GPL-*, allow: [MIT, ISC], unknown: warn }, action: fail }
    - { name: versions, minimum: { openssl: 3.0.14, next: "14.2.0" }, action: fail }
    - { name: names, expression: pkg.name == "x", action: warn }
  checks:
    - { name: user, ids: CIS-DI-0001, layers: own, undecidable: warn, action: fail }
    - { name: bad, level: high, action: warn }
  secrets:
    - { name: keys, rules: private-key, layers: own, action: fail }
    - { name: others, action: warn }
  base:
    - { name: golden, allow: hub/base/*, maxAge: 30d, action: fail }
    - { name: known, unknown: warn, action: fail }
  image:
    - { name: age, maxAge: 1d, expression: image.size > 3, action: warn }
  provenance:
    - { name: signed, signedBy: [release, platform], action: fail }
  staleness: { maxAge: 48h, action: fail }
`)
  expect(policyLines(policy)).toEqual([
    '  priority -5: after policies of higher priority',
    '  for images of registry prod, in repository shop/* or pay/**, tagged v*, labelled team=pay, for linux/*, built on hub/base/*; or images of registry dev',
    '  - all: ignore for all findings',
    '  - exploited: warn for findings that have no fix, known to be exploited',
    '  - likely: warn for findings of severity critical, with a CVSS score of 7 or more, with an EPSS probability of 0.5 or more, said by GHSA, of npm or Debian',
    '  - old: fail for findings whose fix is 14 days old or older, called CVE-2024-*, in openssl; ignore until the fix is 12 hours old',
    '  - odd: fail for findings not known to be exploited, for which finding.kev || finding.fixable',
    '  - denied: fail for the packages a, b, c, d, e or 2 others, of Maven',
    '  - allowed: warn for packages other than pkg:deb/**',
    '  - licences: fail for packages that cannot be used without GPL-* or that need another licence than MIT or ISC (warn where the licence is not known)',
    '  - versions: fail for openssl before 3.0.14 or next before 14.2.0',
    '  - names: warn for packages for which pkg.name == "x"',
    '  - user: fail for failed checks called CIS-DI-0001 in layers above the base; warn for undecidable ones',
    '  - bad: warn for failed checks of level high or worse',
    '  - keys: fail for secrets found by private-key in layers above the base',
    '  - others: warn for secrets',
    '  - golden: fail for bases other than hub/base/* or bases built more than 30 days ago; inconclusive where the base is not known',
    '  - known: warn where the base is not known',
    '  - age: warn for images built more than 1 day ago, for which image.size > 3',
    '  - signed: fail for images not signed by release or platform',
    '  - what could not be understood: as the next policy says, in the end inconclusive',
    '  - advisories older than 48 hours: fail',
  ])
})
