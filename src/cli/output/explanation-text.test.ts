import { expect, test } from 'vitest'
import { digestOf } from '../../core/image/digest.ts'
import type { Explanation } from '../../core/report/explanation.ts'
import { renderExplanations } from './explanation-text.ts'

const view = { paint: (_: unknown, text: string) => text, now: new Date('2026-05-02T12:00:00Z') }
const image = digestOf('app')

const explanation: Explanation = {
  schema: 'tallyman.explanation/v1',
  image,
  platform: 'linux/amd64',
  vulnerability: 'CVE-2024-0001',
  snapshot: '7',
  packages: [
    {
      package: 'pkg:deb/debian/linux-libc-dev@1',
      ecosystem: 'Debian:12',
      state: 'suppressed',
      finding: {
        vulnerability: 'CVE-2024-0001',
        advisory: 'DEBIAN-CVE-2024-0001',
        aliases: [],
        advisories: ['DEBIAN-CVE-2024-0001'],
        package: 'pkg:deb/debian/linux-libc-dev@1',
        fixed: '2',
        severity: 'high',
        score: 7.5,
        vector: null,
        ratings: [
          { advisory: 'CVE-2024-0001', source: 'CVSS_V3', severity: 'high', score: 7.5, vector: 'CVSS:3.1/…' },
          { advisory: 'GHSA-1', source: 'database', severity: 'low', score: null, vector: null },
        ],
        published: null,
        summary: null,
        firstSeen: '2024-05-01T00:00:00Z',
        state: 'suppressed',
        suppressed: { by: 'indirect', reason: 'headers only', until: null },
      },
      severityFrom: {
        advisory: 'CVE-2024-0001',
        source: 'CVSS_V3',
        severity: 'high',
        score: 7.5,
        vector: 'CVSS:3.1/…',
      },
      advisories: [
        {
          advisory: 'DEBIAN-CVE-2024-0001',
          modified: '2024-04-01T00:00:00Z',
          affected: 'yes',
          because: 'decides',
          fixed: '2',
          entries: [
            {
              ecosystem: 'Debian:12',
              name: 'linux',
              version: '1',
              affected: 'yes',
              because: '1 is before fixed 2',
              ranges: [],
            },
          ],
          elsewhere: ['Debian:11 linux'],
          origins: [{ feed: 'osv', path: 'Debian/DEBIAN-CVE-2024-0001.json' }],
        },
      ],
    },
  ],
}

test('reads from the package to the record and its comparison', () => {
  expect(renderExplanations([explanation], 'table', view)).toBe(`CVE-2024-0001 in ${image} (linux/amd64), snapshot 7

pkg:deb/debian/linux-libc-dev@1: affected, suppressed
  severity  high 7.5 (from CVE-2024-0001, CVSS_V3)
            also low by GHSA-1
  fixed     2
  suppressed by indirect: headers only
  DEBIAN-CVE-2024-0001 (osv: Debian/DEBIAN-CVE-2024-0001.json, modified 2024-04-01T00:00:00Z)
    decides
    Debian:12 linux: 1 is before fixed 2
    elsewhere it names Debian:11 linux
`)
})

test('an image that no record speaks of, or that was not matched, is said to be so', () => {
  const text = (snapshot: string) => renderExplanations([{ ...explanation, snapshot, packages: [] }], 'table', view)
  expect(text('7')).toContain('no record in force of this vulnerability names a package of the image')
  expect(text('none')).toContain('nothing was matched: no vulnerability feed has been read')
})

test('as JSON one image is an object, several platforms a list', () => {
  expect(JSON.parse(renderExplanations([explanation], 'json', view))).toEqual(explanation)
  expect(JSON.parse(renderExplanations([explanation, explanation], 'json', view))).toHaveLength(2)
})
