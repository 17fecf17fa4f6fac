import { expect, test } from 'vitest'
import { trivyignoreYaml } from './trivyignore-yaml.ts'

const none = () => undefined

test('takes vulnerabilities, checks and secrets with what limits them', () => {
  const text = `
vulnerabilities:
  - id: CVE-2022-40897
    statement: Accepted
  - id: CVE-2023-3817
    purls: ["pkg:deb/debian/libssl1.1"]
    expired_at: 2026-09-01
misconfigurations:
  - id: DKL-DI-0006
secrets:
  - id: aws-access-key-id
  - id: private-key
    paths: ["etc/ssl/a.pem", "etc/ssl/b.pem"]
`
  expect(trivyignoreYaml.read(text, none)).toEqual({
    taken: [
      { what: 'vulnerabilities 1: CVE-2022-40897', reason: 'Accepted', vulnerabilities: ['CVE-2022-40897'] },
      {
        what: 'vulnerabilities 2: CVE-2023-3817',
        until: '2026-09-01',
        vulnerabilities: ['CVE-2023-3817'],
        packages: ['pkg:deb/debian/libssl1.1'],
      },
      { what: 'misconfigurations 1: DKL-DI-0006', checks: ['DKL-DI-0006'] },
      { what: 'secrets 1: aws-access-key-id', secrets: [{ rule: 'aws-access-key-id', path: '**' }] },
      {
        what: 'secrets 2: private-key',
        secrets: [
          { rule: 'private-key', path: 'etc/ssl/a.pem' },
          { rule: 'private-key', path: 'etc/ssl/b.pem' },
        ],
      },
    ],
    dropped: [],
  })
})

test('does not widen what it cannot limit', () => {
  const text = `
vulnerabilities:
  - id: CVE-2022-40897
    paths: ["usr/lib/**"]
  - CVE-2022-1
  - id: CVE-2022-2
    expired_at: never
  - id: CVE-2022-3
    severity: low
misconfigurations:
  - id: AVD-DS-0001
licenses:
  - id: GPL-3.0
other: 1
`
  const { taken, dropped } = trivyignoreYaml.read(text, none)
  expect(taken).toEqual([])
  expect(dropped.map(({ what, why }) => `${what}: ${why}`)).toEqual([
    'other: what it means is not known',
    'vulnerabilities 1: CVE-2022-40897: it is for some paths alone; name the packages that lie there (purls)',
    'vulnerabilities 2: CVE-2022-1: it has no id',
    'vulnerabilities 3: CVE-2022-2: never is not a date',
    'vulnerabilities 4: CVE-2022-3: what severity means is not known',
    'misconfigurations 1: AVD-DS-0001: it is not the id of a check that tallyman has',
    'licenses 1: GPL-3.0: licences are a matter of the policy: see its rules over packages',
  ])
})

test('a file of another kind is refused', () => {
  expect(() => trivyignoreYaml.read('CVE-2022-1', none)).toThrow('.trivyignore.yaml: expected a mapping')
  expect(() => trivyignoreYaml.read('vulnerabilities: CVE-2022-1', none)).toThrow('vulnerabilities: expected a list')
  expect(() => trivyignoreYaml.read('a: [', none)).toThrow(/^\.trivyignore\.yaml:1:5: /)
})
