import type { OwnershipFact, PackageType } from './package.ts'

/**
 * Directories and kinds of files in which no cataloger looks for a package. They are nine tenths of what a distribution's
 * packages own: without them the lists of a Debian base take a tenth of the room in the store. What is left out counts as
 * not owned, so leaving out too much shows a package twice and never hides one.
 */
const barren =
  /^(?:usr\/share\/(?:doc|man|info|locale|zoneinfo|i18n|lintian|bash-completion|zsh|fish|icons|fonts|pixmaps|help|licenses|terminfo|keyrings|perl5?|X11|mime|applications|metainfo|common-licenses|vim|emacs|doc-base|systemd|polkit-1|dbus-1|pam-configs|base-files)|usr\/include|usr\/lib\/(?:systemd|udev|tmpfiles\.d|sysusers\.d|locale|terminfo|\.build-id|firmware)|usr\/src|lib\/(?:systemd|udev|terminfo|firmware)|boot|dev|proc|sys|var\/(?:log|cache))\//
/** Libraries end in numbers, `.so.3`, and every other name may be a program's. */
const barrenExtensions: ReadonlySet<string> = new Set(
  (
    'py pyc pyi h hpp c cc pm pl pod al ph rb js mjs cjs ts map css htm html svg png gif jpg jpeg ico ttf woff woff2 ' +
    'mo po gmo gz bz2 md markdown rst tex el elc vim ko dtd xsd xsl ent service socket timer desktop la pc m4 cmake ' +
    'tcl conf enc tmac afm pfb qm ui'
  ).split(' '),
)

/** The package tools' own files: rpm owns its database, and what lies in there is evidence of packages, not theirs. */
const databases =
  /^(?:var\/lib\/(?:dpkg|rpm|rpmmanifest|chisel|db\/sbom)|(?:usr\/)?lib\/(?:apk|sysimage\/rpm)|usr\/share\/rpm)\//

/** No real path is longer (Linux PATH_MAX). */
const maxPathLength = 4096

/**
 * The fact that a package owns these files; undefined where none of them can be evidence of another package. `paths` are
 * without leading slash, as the package tool gives them; a directory comes right before what is in it, if it comes.
 */
export function ownershipOf(
  type: PackageType,
  name: string,
  arch: string | undefined,
  paths: Iterable<string>,
): OwnershipFact | undefined {
  const kept: string[] = []
  for (const path of paths) {
    const last = kept.length - 1
    if (kept[last] !== undefined && path.startsWith(`${kept[last]}/`)) kept.length = last
    if (canBeEvidence(path)) kept.push(path)
  }
  if (kept.length === 0) return undefined
  return { kind: 'ownership', type, name, ...(arch !== undefined && { arch }), paths: kept.join('\n') }
}

function canBeEvidence(path: string): boolean {
  if (path === '' || path.length > maxPathLength || barren.test(path) || databases.test(path)) return false
  const dot = path.lastIndexOf('.')
  if (dot > 0 && barrenExtensions.has(path.slice(dot + 1))) return false
  return !/\p{Cc}/u.test(path) && path.isWellFormed()
}
