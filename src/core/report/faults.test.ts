import { expect, test } from 'vitest'
import { aCheck, aReport, aSecret, finding } from '../../../test/support/reports.ts'
import { faultsOf } from './faults.ts'

const messages = (...parts: Parameters<typeof aReport>) => faultsOf(aReport(...parts)).map(({ message }) => message)

test('a failing check says so and what was seen, however much that is', () => {
  const seen = Array.from({ length: 23 }, (_, index) => `usr/bin/${index} (4755)`)
  const checks = [aCheck({ evidence: [] }), aCheck({ evidence: seen }), aCheck({ status: 'not-applicable' })]
  expect(messages({ checks })).toEqual([
    'fails “Run as a user other than root”',
    `fails “Run as a user other than root”: ${seen.slice(0, 20).join('; ')} and 3 more`,
  ])
})

test('says of a secret where it lies: in a file, variable, label or build instruction', () => {
  const secrets = [
    aSecret({ where: 'file', path: 'srv/.env', line: 2 }),
    aSecret({ where: 'env', path: 'TOKEN' }),
    aSecret({ where: 'label', path: 'org.example.key' }),
    aSecret({ where: 'history', path: '#3' }),
  ]
  expect(messages({ secrets }).map((message) => message.split(': ')[0])).toEqual([
    'Private key in the file srv/.env, line 2',
    'Private key in the variable TOKEN',
    'Private key in the label org.example.key',
    'Private key in the build instruction #3',
  ])
})

test('a finding whose package has no place in the report is named by its purl', () => {
  expect(messages({ packages: [], findings: [finding({})] })).toEqual([
    'pkg:deb/debian/openssl@3.0.15-1 has CVE-2026-1001 (high 7.5)',
  ])
})

test.each([
  ['pkg:npm/%40a/b@1.0.0', 'pkg:npm/%40a/b'],
  ['pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12', 'pkg:deb/debian/openssl'],
  ['pkg:golang/github.com/a/b@v1.2.3#sub@dir', 'pkg:golang/github.com/a/b'],
  ['pkg:npm/@a/b', 'pkg:npm/@a/b'],
  ['pkg:generic/x', 'pkg:generic/x'],
])('%s is the same in the next build by %s', (purl, subject) => {
  expect(faultsOf(aReport({ findings: [finding({ package: purl })] })).map((fault) => fault.subject)).toEqual([subject])
})
