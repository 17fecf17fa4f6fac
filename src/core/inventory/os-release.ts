import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import type { DistroFact } from './package.ts'

/**
 * What the distribution says of itself: os-release(5), and the files of its own kind that older and smaller images have
 * instead. Which of them is believed is decided where the image's distribution is chosen (distro.ts).
 */
export const osRelease: Cataloger = {
  name: 'os-release',
  version: 1,
  maxBytes: 64 * 1024, // half a page is usual
  wants: (path, basename) =>
    readers.has(basename) && (isBelow(path, `etc/${basename}`) || isBelow(path, osReleaseOfVendor)),
  *read({ path, bytes }, note) {
    const read = readers.get(path.slice(path.lastIndexOf('/') + 1))
    const fact = read?.(bytes.toString())
    if (fact) yield fact
    else note('it does not name a distribution')
  },
}

const osReleaseOfVendor = 'usr/lib/os-release'

const isBelow = (path: string, end: string) => path === end || path.endsWith(`/${end}`)

const readers: ReadonlyMap<string, (text: string) => DistroFact | undefined> = new Map([
  ['os-release', ofOsRelease],
  ['lsb-release', ofLsbRelease],
  ['system-release-cpe', ofCpe],
  ['alpine-release', ofAlpine],
  ['debian_version', ofDebian],
  // `redhat-release` is a link to one of the others where a rebuild of RHEL has its own.
  ...['redhat', 'centos', 'almalinux', 'rocky', 'fedora', 'oracle'].map(
    (name) => [`${name}-release`, ofRedHat] as const,
  ),
])

function ofOsRelease(text: string): DistroFact | undefined {
  const { values, count } = assignmentsOf(text)
  if (count === 0) return undefined
  return fact({
    id: (values.get('ID') || 'linux').toLowerCase(), // the default that os-release(5) gives
    versionId: values.get('VERSION_ID') ?? '',
    idLike: values.get('ID_LIKE')?.toLowerCase().split(/\s+/).filter(Boolean),
    codename: values.get('VERSION_CODENAME'),
    prettyName: values.get('PRETTY_NAME'),
    version: values.get('VERSION'),
    cpeName: values.get('CPE_NAME'),
  })
}

function ofLsbRelease(text: string): DistroFact | undefined {
  const { values } = assignmentsOf(text)
  const id = values.get('DISTRIB_ID')
  if (!id) return undefined
  return fact({
    id: id.toLowerCase(),
    versionId: values.get('DISTRIB_RELEASE') ?? '',
    codename: values.get('DISTRIB_CODENAME'),
    prettyName: values.get('DISTRIB_DESCRIPTION'),
  })
}

/** `3.19.1` */
function ofAlpine(text: string): DistroFact | undefined {
  const versionId = text.trim()
  return /^\d+\.\d+\S*$/.test(versionId) ? fact({ id: 'alpine', versionId }) : undefined
}

/** `12.5` of a release, `trixie/sid` of what becomes the next one. */
function ofDebian(text: string): DistroFact | undefined {
  const { version, codename } =
    /^(?:(?<version>\d+(?:\.\d+)*)|(?<codename>[a-z]+)(?:\/sid)?)\s*$/.exec(text)?.groups ?? {}
  if (version !== undefined) return fact({ id: 'debian', versionId: version })
  return codename === undefined ? undefined : fact({ id: 'debian', versionId: '', codename })
}

/** `CentOS release 6.10 (Final)`, `Red Hat Enterprise Linux release 9.4 (Plow)` */
function ofRedHat(text: string): DistroFact | undefined {
  const prettyName = text.slice(0, 256).split('\n', 1)[0]?.trim() ?? ''
  const id = idsByName.find(([name]) => prettyName.startsWith(name))?.[1]
  const versionId = /\brelease (?<version>\d+(?:\.\d+)*)/.exec(prettyName)?.groups?.['version']
  return id && versionId ? fact({ id, versionId, prettyName }) : undefined
}

const idsByName = [
  ['Red Hat Enterprise Linux', 'rhel'],
  ['CentOS', 'centos'],
  ['AlmaLinux', 'almalinux'],
  ['Rocky Linux', 'rocky'],
  ['Fedora', 'fedora'],
  ['Oracle Linux', 'ol'],
  ['Amazon Linux', 'amzn'],
] as const

/** `cpe:/o:centos:linux:6:GA`, or the same with `cpe:2.3:o:` in front. */
function ofCpe(text: string): DistroFact | undefined {
  const cpeName = text.trim()
  const { vendor, version } =
    /^cpe:(?:\/|2\.3:)o:(?<vendor>[^:\s]+):[^:\s]+:(?<version>\d[^:\s]*)/.exec(cpeName)?.groups ?? {}
  const id = vendor && idsByVendor.get(vendor)
  return id && version ? fact({ id, versionId: version, cpeName }) : undefined
}

const idsByVendor = new Map([
  ['redhat', 'rhel'],
  ['centos', 'centos'],
  ['almalinux', 'almalinux'],
  ['rocky', 'rocky'],
  ['fedoraproject', 'fedora'],
  ['oracle', 'ol'],
  ['amazon', 'amzn'],
])

/** Shell assignments, one a line; `count` is how many lines were assignments. */
function assignmentsOf(text: string): { values: ReadonlyMap<string, string>; count: number } {
  const values = new Map<string, string>()
  let count = 0
  for (const line of linesOf(text)) {
    const { key, value } = /^\s*(?<key>[A-Z][A-Z0-9_]*)=(?<value>.*)$/.exec(line)?.groups ?? {}
    if (key === undefined || value === undefined) continue
    count++
    if (keys.has(key)) values.set(key, unquoted(value.trim()))
  }
  return { values, count }
}

const keys = new Set(
  (
    'ID ID_LIKE VERSION_ID VERSION VERSION_CODENAME PRETTY_NAME CPE_NAME ' +
    'DISTRIB_ID DISTRIB_RELEASE DISTRIB_CODENAME DISTRIB_DESCRIPTION'
  ).split(' '),
)

/** os-release(5): quotes of either kind around the whole value, and a backslash before `$`, quotes, backslash, backtick. */
function unquoted(value: string): string {
  const quote = value[0]
  const inner = quote === '"' || quote === "'" ? value.slice(1, value.endsWith(quote) ? -1 : undefined) : value
  return quote === "'" ? inner : inner.replace(/\\(?<char>["'$\\`])/g, '$<char>')
}

const maxValueLength = 256

type Values = { readonly [key in keyof Omit<DistroFact, 'kind'>]?: DistroFact[key] | undefined }

/** A fact with the values that are there, cut to a length that no distribution reaches and without control characters. */
function fact(values: Values & { id: string; versionId: string }): DistroFact {
  const tidy = (text: string) =>
    text
      .slice(0, maxValueLength)
      .replace(/\p{Cc}/gu, '')
      .toWellFormed()
  const entries = Object.entries(values)
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([key, value]) => [key, typeof value === 'string' ? tidy(value) : value?.slice(0, 16).map(tidy)])
  return { kind: 'distro', id: '', versionId: '', ...Object.fromEntries(entries) } as DistroFact
}
