/** What an archive's file name says, `guava-31.1-jre.jar`; version is empty where it says none. */
export interface ArchiveName {
  /** The name without its extension. */
  readonly stem: string
  readonly artifact: string
  readonly version: string
}

export function archiveName(basename: string): ArchiveName {
  const dot = basename.lastIndexOf('.')
  const stem = dot > 0 ? basename.slice(0, dot) : basename
  if (stem.length > maxLength) return { stem, artifact: stem, version: '' }
  const parts = stem.replace(classifier, '').split('-')
  let start = parts.findIndex(startsVersion)
  // log4j-1.2-api-2.17.1: what stands before such a word still belongs to the artifact.
  const word = parts.findLastIndex((part) => /^(?:adapter|api|bridge|compat|core|impl|over|spec|to)$/.test(part))
  if (start > 0 && word > start) start = parts.findIndex((part, index) => index > word && startsVersion(part, index))
  if (start > 0) return { stem, artifact: parts.slice(0, start).join('-'), version: parts.slice(start).join('-') }
  const [, artifact = parts.join('-'), version = ''] = /^(.+?)[._](\d+(?:\.\d+)+[\w.]*)$/.exec(parts.join('-')) ?? []
  return { stem, artifact, version }
}

/** File systems end at 255 bytes; names inside archives may go on, and the patterns below would take long for them. */
const maxLength = 255

const startsVersion = (part: string, index: number) => index > 0 && /^(?:\d|(?:build|rc?)\d+(?![a-z]))/i.test(part)

/** What follows the version where the same artifact is built in several ways. */
const classifier =
  /-(?:all|boot|exec|fat|jar-with-dependencies|javadoc|plain|shaded|sources|tests|uber|(?:linux|macos|osx|windows)(?:[-_][\w-]*)?)$/i

/** A repository keeps each artifact at `<group as folders>/<artifact>/<version>/<file>`, Gradle's cache at its own place. */
export function coordinatesInPath(path: string): { group: string; artifact: string; version: string } | undefined {
  const maven = /(?:^|\/)(?:maven-repo|\.m2\/repository)\/(.+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path)
  if (maven) {
    const [, folders = '', artifact = '', version = '', file = ''] = maven
    return file.startsWith(`${artifact}-`) ? { group: folders.replaceAll('/', '.'), artifact, version } : undefined
  }
  const gradle = /(?:^|\/)files-2\.1\/([^/]+)\/([^/]+)\/([^/]+)\/[0-9a-f]{1,40}\/[^/]+$/.exec(path)
  return gradle ? { group: gradle[1]!, artifact: gradle[2]!, version: gradle[3]! } : undefined
}
