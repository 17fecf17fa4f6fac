import type { PackageType } from '../../inventory/package.ts'
import { purlOf } from '../../inventory/purl.ts'
import type { Dropped, Entry, Importer } from './importer.ts'
import { isFields, listIn, shown, textIn, yamlFields, type Fields } from './entry-fields.ts'
import { kindOfId } from './ids.ts'

/** Grype's types of packages whose purls are told by name alone. */
const packageTypes: Readonly<Record<string, PackageType>> = {
  npm: 'npm',
  python: 'pypi',
  gem: 'gem',
  'go-module': 'golang',
  'rust-crate': 'cargo',
  dotnet: 'nuget',
  'php-composer': 'composer',
}

/** Keys of the file that leave findings out without naming them. */
const ruleKeys = ['only-fixed', 'only-notfixed', 'ignore-wontfix', 'ignore-states', 'vex-documents', 'fail-on-severity']

/** The `ignore` rules of Grype's `.grype.yaml`. */
export const grype: Importer = {
  name: 'grype',
  read(text) {
    const file = yamlFields(text, '.grype.yaml')
    const taken: Entry[] = []
    const dropped: Dropped[] = ruleKeys
      .filter((key) => Object.hasOwn(file, key))
      .map((key) => ({ what: key, why: 'it names no vulnerability; that is a matter of the policy' }))
    for (const [index, item] of listIn(file, 'ignore').entries()) {
      const what = `ignore ${index + 1}: ${shown(isFields(item) ? (item['vulnerability'] ?? item) : item)}`
      const read = entryOf(isFields(item) ? item : {})
      if (typeof read === 'string') dropped.push({ what, why: read })
      else taken.push({ ...read, what })
    }
    return { taken, dropped }
  },
}

const known = new Set(['vulnerability', 'reason', 'package', 'include-aliases'])
const knownOfPackage = new Set(['name', 'version', 'type'])

/** The entry, or why there is none: a rule that says more than can be taken over would become a wider one. */
function entryOf(rule: Fields): Omit<Entry, 'what'> | string {
  const id = textIn(rule, 'vulnerability')
  if (id === undefined) return 'it names no vulnerability; what a policy ignores is written there'
  if (kindOfId(id) !== 'vulnerability') return 'it is not the id of a vulnerability'
  const beyond = Object.keys(rule).find((key) => !known.has(key))
  if (beyond !== undefined) return `an exception cannot be limited by ${shown(beyond)}`
  const said = { vulnerabilities: [id], reason: textIn(rule, 'reason') }
  const of = rule['package']
  if (of === undefined || of === null) return said
  if (!isFields(of)) return 'its package is not a mapping'
  const named = packageOf(of)
  return 'why' in named ? named.why : { ...said, packages: [named.package] }
}

function packageOf(of: Fields): { readonly package: string } | { readonly why: string } {
  const beyond = Object.keys(of).find((key) => !knownOfPackage.has(key))
  if (beyond !== undefined) return { why: `an exception cannot be limited by package.${shown(beyond)}` }
  const [name, version, type] = ['name', 'version', 'type'].map((key) => textIn(of, key))
  if (name === undefined) return { why: 'it names no package, but a type or version' }
  if (/[*+?|()[\]{}^$\\\s]/.test(name)) return { why: `${shown(name)} is a pattern, not the name of a package` }
  if (type === undefined) {
    return version === undefined
      ? { package: name }
      : { why: 'it has a version and no type, so the package has no purl' }
  }
  const packageType = Object.hasOwn(packageTypes, type) ? packageTypes[type] : undefined
  if (packageType === undefined) {
    return {
      why: `the purl of a package of type ${shown(type)} cannot be told from its name; write an exception with it`,
    }
  }
  return { package: purlOf({ type: packageType, name, version: version ?? '' }, null) }
}
