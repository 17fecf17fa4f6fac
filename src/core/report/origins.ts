import type { Finding } from '../policy/policy.ts'
import type { ReportFinding, ReportImage, ReportPackage } from './report.ts'

type Placed = Pick<ReportPackage, 'purl' | 'layer'>

/**
 * The uppermost layer that brought each purl. A language package can lie in several places: as long as one of them is
 * above the base, a newer base does not rid the image of it.
 */
export function layerOfEach(packages: readonly Placed[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>()
  for (const { purl, layer } of packages) layers.set(purl, Math.max(layer, layers.get(purl) ?? 0))
  return layers
}

/** Whether a layer is one of the base's; false where the base or the layer is not known. */
export function isFromBase(layer: number | null, base: ReportImage['base']): boolean {
  return layer !== null && base !== null && layer < base.layers
}

/** Where a finding's package comes from; a layer of null: the facts of its layers are not in the store. */
export function originOf(
  { package: purl }: Pick<Finding, 'package'>,
  layers: ReadonlyMap<string, number>,
  base: ReportImage['base'],
): Pick<ReportFinding, 'layer' | 'fromBase'> {
  const layer = layers.get(purl) ?? null
  return { layer, fromBase: isFromBase(layer, base) }
}
