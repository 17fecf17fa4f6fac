import { isToken } from './evidence-text.ts'
import { archiveName, coordinatesInPath, type ArchiveName } from './java-file-name.ts'
import { knownGroup } from './java-groups.ts'
import type { Manifest } from './java-manifest.ts'
import type { Coordinates } from './java-pom.ts'
import type { Evidence } from './package.ts'

/** What is known of one archive, itself and not what was packed into it. */
export interface ArchiveEvidence {
  readonly path: string
  readonly basename: string
  readonly poms: readonly Coordinates[]
  readonly manifest: Manifest
}

/** Weaker than a pom: put together from the manifest and the file's name. The version is empty where nothing says it. */
export interface Guess extends Coordinates {
  readonly evidence: Evidence
}

/**
 * Who the archive is, if none of the poms in it is its own: libraries carry the poms of those that were shaded into them.
 * Undefined where a pom is its own.
 */
export function identityBesides(archive: ArchiveEvidence): Guess | undefined {
  const name = archiveName(archive.basename)
  return hasOwnPom(archive, name) ? undefined : guess(archive, name)
}

function hasOwnPom({ poms, manifest }: ArchiveEvidence, { stem, version }: ArchiveName): boolean {
  if (poms.some((pom) => isNamed(stem, pom))) return true
  const known = [...versionFields.map((field) => manifest.get(field) ?? ''), version].filter((one) => /^\d/.test(one))
  if (known.length === 0) return poms.length === 1
  return poms.some((pom) => known.some((one) => sameNumbers(one, pom.version)))
}

/** Quarkus puts the group before the artifact. */
const isNamed = (stem: string, { group, artifact }: Coordinates): boolean =>
  [artifact, `${group}.${artifact}`].some((name) => stem === name || stem.startsWith(`${name}-`))

/** OSGi writes 1.0-rc1 as 1.0.0.rc1, and a build date may follow. */
function sameNumbers(a: string, b: string): boolean {
  const [x, y] = [numbersOf(a), numbersOf(b)]
  return x !== '' && x === y
}

const numbersOf = (version: string) => (/^\d{1,9}(?:\.\d{1,9}){0,2}/.exec(version)?.[0] ?? '').replace(/(?:\.0)+$/, '')

const versionFields = ['implementation-version', 'plugin-version', 'bundle-version', 'specification-version']

function guess({ path, basename, manifest }: ArchiveEvidence, name: ArchiveName): Guess | undefined {
  const inRepository = coordinatesInPath(path)
  if (inRepository) return valid({ ...inRepository, evidence: 'name' })
  if (/\.[jh]pi$/i.test(basename)) return plugin(manifest, name)
  const stated = versionIn(manifest, 'implementation-version')
  const version =
    stated || name.version || versionIn(manifest, 'bundle-version') || versionIn(manifest, 'specification-version')
  const isStated = versionFields.some((field) => sameNumbers(versionIn(manifest, field), version))
  const evidence = isStated ? 'archive' : 'name'
  const tomcat = /^org\.apache\.tomcat-(?:tomcat-)?([\w-]+)$/.exec(symbolicName(manifest))?.[1]
  if (tomcat) return valid({ group: 'org.apache.tomcat', artifact: `tomcat-${tomcat}`, version, evidence })
  const artifact = artifactIn(manifest, name)
  return valid({ group: groupOf(artifact, manifest), artifact, version, evidence })
}

/** Jenkins names its plugins on its own. */
function plugin(manifest: Manifest, name: ArchiveName): Guess | undefined {
  const artifact = manifest.get('short-name') ?? manifest.get('extension-name') ?? name.artifact
  const stated = versionIn(manifest, 'plugin-version') || versionIn(manifest, 'implementation-version')
  const group = manifest.get('group-id') ?? 'org.jenkins-ci.plugins'
  return valid({ group, artifact, version: stated || name.version, evidence: stated ? 'archive' : 'name' })
}

/** Up to the first blank: `9.0.1 (build 7)`. Nothing where a property was never filled in, or where it is a word only. */
function versionIn(manifest: Manifest, field: string): string {
  const [first = ''] = (manifest.get(field) ?? '').split(/\s/, 1)
  return isToken(first) && /\d/.test(first) && !first.includes('$') ? first : ''
}

/** A file that has its version in its name has kept its name; another one may have been renamed. */
function artifactIn(manifest: Manifest, { artifact, version }: ArchiveName): string {
  const title = manifest.get('implementation-title') ?? ''
  return version === '' && /^[a-z][\w-]*$/.test(title) ? title : artifact
}

function groupOf(artifact: string, manifest: Manifest): string {
  const known = knownGroup(artifact)
  if (known) return known
  const vendor = manifest.get('implementation-vendor-id') ?? ''
  if (isGroup(vendor)) return vendor
  const dotted = [
    symbolicName(manifest),
    manifest.get('extension-name') ?? '',
    manifest.get('automatic-module-name') ?? '',
    manifest.get('implementation-title') ?? '',
  ].find(isGroup)
  // Early artifacts were their own group: junit:junit.
  return dotted === undefined ? artifact : withoutArtifact(dotted, artifact)
}

/** Reverse host names, of more than an organisation: `org.apache` makes many things. */
const isGroup = (text: string): boolean =>
  /^[a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/.test(text) && text !== 'org.apache' && text.length <= 255

/** `org.mongodb.driver-core` of mongodb-driver-core is in org.mongodb; `com.google.inject` of guice is in that. */
function withoutArtifact(dotted: string, artifact: string): string {
  const dot = dotted.lastIndexOf('.')
  const prefix = dotted.slice(0, dot)
  return prefix.includes('.') && artifact.endsWith(dotted.slice(dot + 1)) ? prefix : dotted
}

const symbolicName = (manifest: Manifest) => (manifest.get('bundle-symbolicname') ?? '').split(';', 1)[0]!.trim()

function valid(guessed: Guess): Guess | undefined {
  const { group, artifact, version } = guessed
  const isWord = (text: string) => isToken(text) && !/[:/]/.test(text)
  return isWord(group) && isWord(artifact) && (version === '' || isWord(version)) ? guessed : undefined
}
