import { expect, test } from 'vitest'
import { grype } from './grype.ts'

const none = () => undefined

test('takes rules that name a vulnerability, in a package or in any', () => {
  const text = `
ignore:
  - vulnerability: CVE-2008-4318
    reason: not called
  - vulnerability: GHSA-aaaa-bbbb-cccc
    include-aliases: true
    package: { name: "@team/web", version: 1.2.3, type: npm }
  - vulnerability: CVE-2026-1
    package: { name: libcurl }
  - vulnerability: CVE-2026-2
    package: { name: github.com/team/lib, type: go-module }
`
  expect(grype.read(text, none)).toEqual({
    taken: [
      { what: 'ignore 1: CVE-2008-4318', vulnerabilities: ['CVE-2008-4318'], reason: 'not called' },
      {
        what: 'ignore 2: GHSA-aaaa-bbbb-cccc',
        vulnerabilities: ['GHSA-aaaa-bbbb-cccc'],
        packages: ['pkg:npm/%40team/web@1.2.3'],
      },
      { what: 'ignore 3: CVE-2026-1', vulnerabilities: ['CVE-2026-1'], packages: ['libcurl'] },
      { what: 'ignore 4: CVE-2026-2', vulnerabilities: ['CVE-2026-2'], packages: ['pkg:golang/github.com/team/lib'] },
    ],
    dropped: [],
  })
})

test('does not widen rules that say more, or name nothing', () => {
  const text = `
only-fixed: true
ignore:
  - fix-state: wont-fix
  - vulnerability: CVE-2026-1
    fix-state: unknown
  - vulnerability: CVE-2026-2
    package: { location: "/usr/**" }
  - vulnerability: CVE-2026-3
    package: { name: "kernel.*" }
  - vulnerability: CVE-2026-4
    package: { name: openssl, type: deb }
  - vulnerability: CVE-2026-5
    package: { name: openssl, version: "1" }
  - vulnerability: CVE-2026-6
    package: { type: npm }
  - 7
`
  const { taken, dropped } = grype.read(text, none)
  expect(taken).toEqual([])
  expect(dropped.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    'only-fixed: it names no vulnerability; that is a matter of the policy',
    'ignore 1: {"fix-state":"wont-fix"}: it names no vulnerability; what a policy ignores is written there',
    'ignore 2: CVE-2026-1: an exception cannot be limited by fix-state',
    'ignore 3: CVE-2026-2: an exception cannot be limited by package.location',
    'ignore 4: CVE-2026-3: kernel.* is a pattern, not the name of a package',
    'ignore 5: CVE-2026-4: the purl of a package of type deb cannot be told from its name; write an exception with it',
    'ignore 6: CVE-2026-5: it has a version and no type, so the package has no purl',
    'ignore 7: CVE-2026-6: it names no package, but a type or version',
    'ignore 8: 7: it names no vulnerability; what a policy ignores is written there',
  ])
})
