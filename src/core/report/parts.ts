import { isFromBase } from './origins.ts'
import type { Report, ReportCheck, ReportFinding, ReportImage, ReportPackage, ReportSecret } from './report.ts'

/** The parts of a report as they stand alone: with the build instruction that the report has once for each layer. */

interface Made {
  /** The build instruction of its layer; null where that is not known. */
  readonly createdBy: string | null
}

export interface PackagePart extends ReportPackage, Made {}
export interface FindingPart extends ReportFinding, Made {}

export interface CheckPart extends ReportCheck, Made {}
export interface SecretPart extends ReportSecret, Made {}

export type ReportLayer = ReportImage['layers'][number]

export interface LayerPart extends ReportLayer {
  /** 0 is the lowest. */
  readonly layer: number
  readonly fromBase: boolean
  /** purls of the packages that it brought and that no later layer removed or replaced. */
  readonly packages: readonly string[]
}

export function packageParts({ packages, image }: Report): readonly PackagePart[] {
  return packages.map((each) => ({ ...each, createdBy: createdBy(each.layer, image) }))
}

export function findingParts({
  findings,
  image,
}: Pick<Report, 'findings'> & { readonly image: Layered }): readonly FindingPart[] {
  return findings.map((each) => ({ ...each, createdBy: createdBy(each.layer, image) }))
}

export function checkParts({ checks, image }: Report): readonly CheckPart[] {
  return checks.map((each) => ({ ...each, createdBy: createdBy(each.layer, image) }))
}

export function secretParts({ secrets, image }: Report): readonly SecretPart[] {
  return secrets.map((each) => ({ ...each, createdBy: createdBy(each.layer, image) }))
}

export function layerParts({ image, packages }: Report): readonly LayerPart[] {
  const brought = Map.groupBy(packages, ({ layer }) => layer)
  return image.layers.map((layer, index) => ({
    ...layer,
    layer: index,
    fromBase: isFromBase(index, image.base),
    packages: [...new Set(brought.get(index)?.map(({ purl }) => purl))],
  }))
}

interface Layered {
  readonly layers: readonly Pick<ReportLayer, 'createdBy'>[]
}

function createdBy(layer: number | null, { layers }: Layered): string | null {
  return layers[layer ?? -1]?.createdBy ?? null
}
