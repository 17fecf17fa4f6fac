import { accounts } from './accounts.ts'
import { apk } from './apk.ts'
import { bunLock } from './bun-lock.ts'
import { cargoLock } from './cargo-lock.ts'
import type { Cataloger } from './cataloger.ts'
import { composerLock } from './composer-lock.ts'
import { composer } from './composer.ts'
import { conda } from './conda.ts'
import { denoLock } from './deno-lock.ts'
import { dotnetDeps } from './dotnet-deps.ts'
import { dotnetRuntime } from './dotnet-runtime.ts'
import { dpkgFiles } from './dpkg-files.ts'
import { chisel } from './chisel.ts'
import { dpkg } from './dpkg.ts'
import { erlangApp } from './erlang-app.ts'
import { gemfileLock } from './gemfile-lock.ts'
import { gemspec } from './gemspec.ts'
import { goBinary } from './go-binary.ts'
import { gradleLock } from './gradle-lock.ts'
import { haskell } from './haskell.ts'
import { javaArchive } from './java-archive.ts'
import { juliaManifest } from './julia-manifest.ts'
import { jvmRelease } from './jvm-release.ts'
import { mixLock } from './mix-lock.ts'
import { npmLock } from './npm-lock.ts'
import { npm } from './npm.ts'
import { nugetLock } from './nuget-lock.ts'
import { osRelease } from './os-release.ts'
import { pipfileLock } from './pipfile-lock.ts'
import { pnpmLock } from './pnpm-lock.ts'
import { pub } from './pub.ts'
import { pythonLock } from './python-lock.ts'
import { python } from './python.ts'
import { rDescription } from './r-description.ts'
import { rebarLock } from './rebar-lock.ts'
import { renvLock } from './renv-lock.ts'
import { requirements } from './requirements.ts'
import { rpm } from './rpm.ts'
import { rustBinary } from './rust-binary.ts'
import { sshdConfig } from './sshd-config.ts'
import { sudoers } from './sudoers.ts'
import { secrets } from './secrets.ts'
import { swiftResolved } from './swift-resolved.ts'
import { unverifiedSources } from './unverified-sources.ts'
import { versionStrings } from './version-strings.ts'
import { yarnLock } from './yarn-lock.ts'
import { sbomInImage } from './sbom-in-image.ts'

/** Every cataloger, in the order in which they are asked. */
export const catalogers: readonly Cataloger[] = [
  osRelease,
  dpkg,
  dpkgFiles,
  chisel,
  apk,
  rpm,
  npm,
  python,
  javaArchive,
  gemspec,
  gemfileLock,
  composer,
  composerLock,
  dotnetDeps,
  dotnetRuntime,
  nugetLock,
  goBinary,
  rustBinary,
  versionStrings,
  jvmRelease,
  npmLock,
  yarnLock,
  pnpmLock,
  bunLock,
  denoLock,
  pythonLock,
  pipfileLock,
  requirements,
  conda,
  cargoLock,
  gradleLock,
  pub,
  mixLock,
  rebarLock,
  erlangApp,
  swiftResolved,
  haskell,
  rDescription,
  renvLock,
  juliaManifest,
  sbomInImage,
  accounts,
  unverifiedSources,
  sshdConfig,
  sudoers,
  secrets,
]
