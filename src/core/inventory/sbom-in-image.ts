import type { Cataloger } from './cataloger.ts'
import { isToken } from './evidence-text.ts'
import { isJsonObject, jsonObjectIn, membersOf, type JsonObject } from './json-object.ts'
import type { Fact, OwnershipFact } from './package.ts'
import { factOfPurl } from './purl-facts.ts'

/**
 * Bills of materials that lie in the image: SPDX and CycloneDX in JSON, apko's of each package, and what Bitnami says of its
 * components (SPDX in `opt/bitnami/<component>/.spdx-<component>.spdx`, in older images one list for all). They supplement
 * what the other catalogers find: whoever wrote them may have been wrong, or the image changed since.
 */
export const sbomInImage: Cataloger = {
  name: 'sbom-in-image',
  version: 1,
  maxBytes: 32 * 2 ** 20, // those of whole application servers have 10 MB
  wants: (path, basename) =>
    basename.endsWith('.spdx.json') ||
    basename.endsWith('.cdx.json') ||
    (basename.endsWith('.spdx') && bitnamiComponent.test(path)) ||
    (basename === componentList && path.endsWith(`opt/bitnami/${componentList}`)),
  *read({ path, bytes }, note) {
    const document = jsonObjectIn(bytes)
    if (!document) {
      note('it is not a JSON object')
      return
    }
    yield* path.endsWith(`/${componentList}`) ? componentsIn(document, path) : packagesIn(document, path, note)
  },
}

const componentList = '.bitnami_components.json'
const bitnamiComponent = /(?:^|\/)opt\/bitnami\/(?<component>[^/]+)\/\.spdx-[^/]+\.spdx$/

/** Bills of whole distributions have 20,000 packages. */
const maxPackages = 50_000

function* packagesIn(document: JsonObject, path: string, note: (problem: string) => void): Generator<Fact> {
  const component = bitnamiComponent.exec(path)?.groups?.['component']
  let count = 0
  for (const purl of purlsIn(document)) {
    if (++count > maxPackages) return note(`it has more than ${maxPackages} packages, which are not all listed`)
    const fact = factOfPurl(purl)
    if (!fact) continue
    yield fact
    if (fact.type === 'bitnami' && fact.name === component)
      yield owning(component, path.slice(0, path.lastIndexOf('/')))
  }
}

/** Purls of SPDX 2 packages, or of CycloneDX components with those in them; not of what the document itself is about. */
function* purlsIn({ packages, components }: JsonObject): Generator {
  for (const one of objectsIn(packages)) {
    const reference = objectsIn(one['externalRefs']).find(({ referenceType }) => referenceType === 'purl')
    if (reference) yield reference['referenceLocator']
  }
  const waiting = [...objectsIn(components)]
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (one['purl'] !== undefined) yield one['purl']
    waiting.push(...objectsIn(one['components']))
  }
}

const objectsIn = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])

/** `{"redis": {"arch": "amd64", "version": "7.0.11-2", …}}` */
function* componentsIn(document: JsonObject, path: string): Generator<Fact> {
  const directory = path.slice(0, path.lastIndexOf('/'))
  for (const [name, { version, arch }] of membersOf(document).slice(0, maxPackages)) {
    if (!isToken(name) || !isToken(version) || name.includes('/')) continue
    const known = isToken(arch) ? { arch } : undefined
    yield { kind: 'package', type: 'bitnami', name, version, ...known, evidence: 'embedded' }
    yield owning(name, `${directory}/${name}`)
  }
}

/** A component has its directory to itself. */
const owning = (name: string, directory: string): OwnershipFact => ({
  kind: 'ownership',
  type: 'bitnami',
  name,
  paths: `${directory}/`,
})
