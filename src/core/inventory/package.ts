import type { Digest } from '../image/digest.ts'

/** The purl types that catalogers yield (https://github.com/package-url/purl-spec). */
export type PackageType =
  | 'deb'
  | 'apk'
  | 'rpm'
  | 'npm'
  | 'pypi'
  | 'conda'
  | 'gem'
  | 'maven'
  | 'golang'
  | 'cargo'
  | 'composer'
  | 'nuget'
  | 'pub'
  | 'hex'
  | 'swift'
  | 'cran'
  | 'hackage'
  | 'julia'
  | 'nix'
  | 'bitnami'
  | 'generic'

/**
 * How sure it is that the package is there, best first: a package manager's database or installed metadata; a list that
 * the build embedded in a binary; metadata inside an archive; what a lock file asks for; a version string found in a binary;
 * a file's name.
 */
export type Evidence = 'installed' | 'embedded' | 'archive' | 'lockfile' | 'pattern' | 'name'

export interface SourcePackage {
  readonly name: string
  readonly version: string
}

/** A package as one evidence file names it; nothing in it depends on other files or layers. */
export interface PackageFact {
  readonly kind: 'package'
  readonly type: PackageType
  /** As the ecosystem's own tool prints it; npm scopes and Maven groups are part of the name. */
  readonly name: string
  /** As the ecosystem's own tool prints it, with epoch. */
  readonly version: string
  /** OS packages: the source (dpkg), origin (apk) or source rpm that advisories name. */
  readonly source?: SourcePackage
  readonly arch?: string
  readonly licenses?: readonly string[]
  /** `installed` unless given. */
  readonly evidence?: Evidence
  /** Where inside the evidence file, for archives in archives: `WEB-INF/lib/a.jar`. */
  readonly within?: string
  /** Hex SHA-1 of the archive, where nothing inside it says what it is. */
  readonly sha1?: string
  /** OS packages: dpkg Maintainer, rpm Vendor; tells the distribution's own from third-party packages. */
  readonly vendor?: string
  /** As an SBOM found in the image names it, where that says more than type, name and version. */
  readonly purl?: string
  /**
   * No registry has this build: a program's own main module or crate, what a folder replaced, what came from a repository.
   * Shown, and matched with nothing: its version compares with none that an advisory names.
   */
  readonly local?: boolean
  /** rpm: the module it belongs to, `name:stream:version:context`. */
  readonly module?: string
}

/** What os-release and its elders say (os-release(5)). */
export interface DistroFact {
  readonly kind: 'distro'
  readonly id: string
  readonly versionId: string
  readonly idLike?: readonly string[]
  readonly codename?: string
  readonly prettyName?: string
  readonly version?: string
  readonly cpeName?: string
}

/**
 * The files that a package of the same root owns, as its package manager lists them: language packages among them are the
 * distribution's own, patched by it.
 */
export interface OwnershipFact {
  readonly kind: 'ownership'
  readonly type: PackageType
  readonly name: string
  /** For Multi-Arch: same. */
  readonly arch?: string
  /** Newline-joined, without leading slash; `opt/redis/` stands for everything below it. */
  readonly paths: string
}

/** An entry whose mode, kind or attributes say more than that it is there; of the path of its reading. */
export interface ModeFact {
  readonly kind: 'mode'
  readonly entry: 'file' | 'directory' | 'character-device' | 'block-device'
  /** Permission bits with setuid, setgid and sticky: 0o4755. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Of the extended attribute security.capability: `cap_net_raw+ep`. */
  readonly capabilities?: string
}

/** A line of passwd, shadow or group. `secret` is what its password field comes to, never the field itself. */
export interface AccountFact {
  readonly kind: 'account'
  readonly database: 'passwd' | 'shadow' | 'group'
  readonly name: string
  /** uid or gid; null in shadow. */
  readonly id: number | null
  /** `elsewhere`: x, in shadow. */
  readonly secret: 'empty' | 'locked' | 'set' | 'elsewhere'
  readonly shell?: string
}

/** A line of configuration that takes a guard away. */
export interface WeakSettingFact {
  readonly kind: 'weak-setting'
  /** `source`: a package manager or client that does not verify; `sshd`: whom it lets in; `sudo`: whom it asks for nothing. */
  readonly of: 'source' | 'sshd' | 'sudo'
  /** In words, without secrets: `trusted=yes`, `PermitRootLogin yes`. */
  readonly text: string
}

/** See core/secrets/secret.ts. */
export interface SecretFact {
  readonly kind: 'secret'
  readonly rule: string
  /** 1 is the first. */
  readonly line: number
  readonly redacted: string
}

export type Fact = PackageFact | DistroFact | OwnershipFact | ModeFact | AccountFact | WeakSettingFact | SecretFact

/** The distribution of an image, with the OSV ecosystem that its packages are matched in; null where no feed has it. */
export interface Distro {
  readonly id: string
  readonly version: string
  readonly ecosystem: string | null
}

/** A package of an image after the overlay: a fact, where it lies, and what it is matched as. */
export interface InstalledPackage {
  readonly type: PackageType
  readonly name: string
  readonly version: string
  readonly source: SourcePackage | null
  readonly arch: string | null
  readonly licenses: readonly string[]
  /** OSV ecosystem with release, `Debian:12`, `npm`; null where none is known (then coverage says so). */
  readonly ecosystem: string | null
  readonly purl: string
  readonly cataloger: string
  /** Evidence file, without leading slash; `file!/entry` for what lies in an archive in it. */
  readonly path: string
  /** Index of the layer that brought this version, 0 = base: rewriting a database does not make its old packages new. */
  readonly layer: number
  /** purl of the OS package that the evidence file belongs to, where that one's advisories speak for this package too. */
  readonly ownedBy: string | null
}

/**
 * One line of what was and was not understood. `subject` names the thing (`layer 2`, `os`, `package foo`, `feed Debian:12`);
 * everything but `done` can make a verdict inconclusive.
 */
export interface CoverageEntry {
  readonly subject: string
  readonly status: 'done' | 'partial' | 'skipped' | 'no-data'
  /** A short upper-case word, LAYER_TOO_LARGE, NO_FEED …; absent when done. */
  readonly reason?: string
  readonly detail?: string
}

/** What an image holds, after whiteouts. */
export interface Inventory {
  readonly distro: Distro | null
  readonly packages: readonly InstalledPackage[]
  readonly coverage: readonly CoverageEntry[]
}

/** One layer of an image, in order from the base. */
export interface ImageLayer {
  readonly digest: Digest
  readonly mediaType: string
  /** Compressed bytes. */
  readonly size: number
  /** What the config claims; never used as identity. */
  readonly diffId: Digest | null
  /** The build instruction, where history can be mapped to layers. */
  readonly createdBy: string | null
}
