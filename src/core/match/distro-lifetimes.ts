import type { CoverageEntry, Distro } from '../inventory/package.ts'

/**
 * The last day on which each release gets security fixes that everybody may have: Debian with its long-term support, Ubuntu and
 * Red Hat without what is sold beyond it. After it new vulnerabilities are no longer tracked, so finding none means nothing.
 * Where sources disagree, the later day. Facts, from the distributions' own announcements; rolling releases have none.
 */
const lifetimes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: {
    6: '2016-02-29',
    7: '2018-05-31',
    8: '2020-06-30',
    9: '2022-07-01',
    10: '2024-06-30',
    11: '2026-08-31',
    12: '2028-06-30',
    13: '2030-06-30',
  },
  ubuntu: {
    '12.04': '2017-04-28',
    '14.04': '2019-04-25',
    '16.04': '2021-04-30',
    '16.10': '2017-07-20',
    '17.04': '2018-01-13',
    '17.10': '2018-07-19',
    '18.04': '2023-05-31',
    '18.10': '2019-07-18',
    '19.04': '2020-01-23',
    '19.10': '2020-07-17',
    '20.04': '2025-05-31',
    '20.10': '2021-07-22',
    '21.04': '2022-01-20',
    '21.10': '2022-07-14',
    '22.04': '2027-04-30',
    '22.10': '2023-07-20',
    '23.04': '2024-01-25',
    '23.10': '2024-07-12',
    '24.04': '2029-05-31',
    '24.10': '2025-07-10',
    '25.04': '2026-01-17',
    '25.10': '2026-07-31',
    '26.04': '2031-04-30',
  },
  alpine: {
    '3.0': '2016-05-01',
    '3.1': '2016-11-01',
    '3.2': '2017-05-01',
    '3.3': '2017-11-01',
    '3.4': '2018-05-01',
    '3.5': '2018-11-01',
    '3.6': '2019-05-01',
    '3.7': '2019-11-01',
    '3.8': '2020-05-01',
    '3.9': '2020-11-01',
    '3.10': '2021-05-01',
    '3.11': '2021-11-01',
    '3.12': '2022-05-01',
    '3.13': '2022-11-01',
    '3.14': '2023-05-01',
    '3.15': '2023-11-01',
    '3.16': '2024-05-23',
    '3.17': '2024-11-22',
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
    '3.21': '2026-11-01',
    '3.22': '2027-05-01',
    '3.23': '2027-11-01',
    '3.24': '2028-06-01',
  },
  almalinux: { 8: '2029-05-31', 9: '2032-05-31', 10: '2035-05-31' },
  rocky: { 8: '2029-05-31', 9: '2032-05-31', 10: '2035-05-31' },
  rhel: {
    5: '2017-03-31',
    6: '2020-11-30',
    7: '2024-06-30',
    8: '2029-05-31',
    9: '2032-05-31',
    10: '2035-05-31',
  },
  // 8 ended as CentOS Linux on 2021-12-31 already; its last word is Stream's, as of 9 and 10.
  centos: { 5: '2017-03-31', 6: '2020-11-30', 7: '2024-06-30', 8: '2024-05-31', 9: '2027-05-31', 10: '2030-05-31' },
  'opensuse-leap': {
    '42.1': '2017-05-17',
    '42.2': '2018-01-26',
    '42.3': '2019-07-01',
    '15.0': '2019-12-03',
    '15.1': '2021-02-02',
    '15.2': '2022-01-04',
    '15.3': '2022-12-31',
    '15.4': '2023-12-31',
    '15.5': '2024-12-31',
    '15.6': '2026-04-30',
    '16.0': '2027-10-31',
  },
  amzn: { 2018: '2023-12-31', 2: '2026-06-30', 2023: '2029-06-30' },
  fedora: {
    30: '2020-05-26',
    31: '2020-11-30',
    32: '2021-05-25',
    33: '2021-11-30',
    34: '2022-06-07',
    35: '2022-12-13',
    36: '2023-05-16',
    37: '2023-12-05',
    38: '2024-05-21',
    39: '2024-11-26',
    40: '2025-05-13',
    41: '2025-12-15',
    42: '2026-05-28',
  },
}

/** The last day of support of an image's distribution, `2024-06-30`; undefined where no end is known. */
export function endOfLife({ id, version }: Pick<Distro, 'id' | 'version'>): string | undefined {
  const releases = Object.hasOwn(lifetimes, id) ? lifetimes[id]! : {}
  const { major = '', minor } = /^(?<major>\d+)(?:\.(?<minor>\d+))?/.exec(version)?.groups ?? {}
  // Edge calls itself by the branch that it will become.
  if (version.includes('_alpha')) return undefined
  return [`${major}.${minor}`, major].map((name) => releases[name]).find((date) => date !== undefined)
}

/** A line of coverage for an image whose distribution was no longer supported at `now`. `announced`: its end as a feed has it. */
export function lifetimeCoverage(distro: Distro | null, now: Date, announced?: string): CoverageEntry[] {
  const end = distro && (announced ?? endOfLife(distro))
  if (!distro || !end || now.toISOString().slice(0, 10) <= end) return []
  const detail =
    `${distro.id} ${distro.version} had its last security fixes on ${end}; ` +
    'vulnerabilities found since are not tracked for it, so the absence of findings means little'
  return [{ subject: 'os', status: 'partial', reason: 'DISTRO_END_OF_LIFE', detail }]
}
