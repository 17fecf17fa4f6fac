import { isSystemType } from '../inventory/distro.ts'
import type { InstalledPackage } from '../inventory/package.ts'
import { evidence } from './outcome.ts'

export const isOfSystem = isSystemType

export const inWords = ({ name, version, layer }: InstalledPackage) => evidence(`the package ${name} ${version}`, layer)
