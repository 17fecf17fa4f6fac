import { packageKey } from './advisory-key.ts'
import type { MatchSubject } from './finding.ts'
import { isDistro } from './version-schemes.ts'

/** Keys (`packageKey`) of every affected entry that may speak of the subject: what to ask the store for. */
export function lookupKeys(subject: MatchSubject): string[] {
  return [...versionsByKey(subject).keys()]
}

/** Each key with the version of the subject that such an entry is about: its own, or its source package's. */
export function versionsByKey(subject: MatchSubject): Map<string, string> {
  const keys = new Map<string, string>()
  for (const ecosystem of lookupEcosystems(subject.ecosystem)) {
    for (const { name, version } of identities(subject)) {
      const key = packageKey(ecosystem, name)
      // The first identity is the more exact one, where binary and source have the same name.
      if (!keys.has(key)) keys.set(key, version)
    }
  }
  return keys
}

/** The ecosystems that advisories for packages of this one may be filed under, itself first. */
export function lookupEcosystems(ecosystem: string): string[] {
  const [base = '', ...release] = ecosystem.split(':')
  if (release.length === 0) return [ecosystem]
  switch (base) {
    case 'Ubuntu': {
      // Fixes that only subscribers get are filed apart; a version below them is vulnerable for everybody.
      const versioned = release.filter((part) => part !== 'LTS' && part !== 'Pro')
      const ways = versioned.flatMap((number) => [
        `Ubuntu:${number}:LTS`,
        `Ubuntu:${number}`,
        `Ubuntu:Pro:${number}:LTS`,
      ])
      return [...new Set([ecosystem, ...ways, 'Ubuntu'])]
    }
    case 'Red Hat': {
      // The suffix is the tail of a CPE whose last part names a repository; an image has packages of several.
      const product = ecosystem.split('::', 1)[0]!
      return [...new Set([ecosystem, product, ...redHatRepositories.map((part) => `${product}::${part}`)])]
    }
    case 'SUSE': {
      // Since 15 most packages of an image come from modules, whose fixes are filed under the module's name.
      const { service } = /^Linux Enterprise \D*(?<service>15 SP\d+)/.exec(release.join(':'))?.groups ?? {}
      const modules = service === undefined ? [] : suseModules.map((name) => `SUSE:Linux Enterprise ${name} ${service}`)
      return [...new Set([ecosystem, `${ecosystem}-LTSS`, ...modules])]
    }
    default:
      return [ecosystem, base]
  }
}

/** Those of 8 and later first, then the variants of 7. */
const redHatRepositories = [
  'baseos',
  'appstream',
  'crb',
  'highavailability',
  'resilientstorage',
  'supplementary',
  'server',
  'client',
  'workstation',
  'computenode',
]

const suseModules = [
  'Server',
  'Module for Basesystem',
  'Module for Server Applications',
  'Module for Development Tools',
  'Module for Desktop Applications',
  'Module for Web and Scripting',
  'Module for Python 3',
  'Module for Legacy',
  'Module for Containers',
  'Module for Public Cloud',
  'Module for Package Hub',
]

interface Identity {
  readonly name: string
  readonly version: string
}

/** Their advisories name source packages only; rpm's and those of apk's younger distributions name sources or binaries. */
const sourceOnly = ['Debian', 'Ubuntu', 'Echo', 'Alpine', 'Alpaquita', 'BellSoft Hardened Containers']

function identities({ ecosystem, name, version, source }: MatchSubject): readonly Identity[] {
  if (source === null || !isDistro(ecosystem)) return [{ name, version }]
  return sourceOnly.includes(ecosystem.split(':', 1)[0]!) ? [source] : [{ name, version }, source]
}
