import { apk } from './apk.ts'
import type { Cataloger } from './cataloger.ts'
import { dpkg } from './dpkg.ts'
import { dpkgFiles } from './dpkg-files.ts'
import { javaArchive } from './java-archive.ts'
import { npm } from './npm.ts'
import { osRelease } from './os-release.ts'
import { python } from './python.ts'
import { rpm } from './rpm.ts'

/** Every cataloger, in the order in which they are asked. */
export const catalogers: readonly Cataloger[] = [osRelease, dpkg, dpkgFiles, apk, rpm, npm, python, javaArchive]
