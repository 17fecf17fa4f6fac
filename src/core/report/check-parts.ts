import type { Check } from '../benchmark/check.ts'
import type { Secret } from '../secrets/secret.ts'
import { isFromBase } from './origins.ts'
import type { ReportCheck, ReportImage, ReportSecret } from './report.ts'

/** Evidence of the base's layers alone is the base's; what the config says is the image's own. */
export function reportCheck(
  { id, title, level, status, evidence }: Check,
  base: ReportImage['base'],
): Omit<ReportCheck, 'suppressed' | 'decision'> {
  const layers = evidence.flatMap(({ layer }) => layer ?? [])
  const fromBase = evidence.length > 0 && evidence.every(({ layer }) => isFromBase(layer, base))
  return {
    id,
    title,
    level,
    status,
    evidence: evidence.map(({ text }) => text),
    layer: layers.length > 0 ? Math.max(...layers) : null,
    fromBase,
  }
}

export function reportSecret(secret: Secret, base: ReportImage['base']): Omit<ReportSecret, 'suppressed' | 'decision'> {
  return { ...secret, fromBase: isFromBase(secret.layer, base) }
}
