import { createHash } from 'node:crypto'
import { recordPage } from './record-page.ts'
import { decisionText, inFull, sentences, type Fault } from './faults.ts'
import type { ReportImage } from './report.ts'
import { nameOf, text, uriOf } from './sarif-values.ts'

/** Code scanning services keep so many locations of a result, and refuse far more. */
const maxLocations = 100

export type Level = 'error' | 'warning' | 'note'

const levels: Readonly<Record<Fault['severity'], Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  // It may turn out either way: as the judge takes it.
  unknown: 'warning',
  low: 'note',
  negligible: 'note',
  info: 'note',
}

/** What code scanning sorts by, where nobody gave a number: the middle of the range that CVSS gives the word. */
const usualScores: Readonly<Partial<Record<Fault['severity'], number>>> = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2,
  negligible: 0.5,
}

/** Ids of checks and of vulnerabilities are known as they are; those of secrets are plain words. */
export function ruleId({ kind, rule }: Fault): string {
  return kind === 'secret' ? `secret/${rule}` : rule
}

/** Those that have a rule in common have title and rationale in common; how bad it is, the worst of them says. */
export function ruleOf(id: string, those: readonly Fault[]): object {
  const [worst] = those.toSorted((a, b) => securitySeverity(b) - securitySeverity(a))
  if (!worst) return { id }
  const { kind, title, rationale, remedy, severity, finding } = worst
  const score = securitySeverity(worst)
  // What to do about a vulnerability depends on the package, and stands in the result.
  const help = finding ? [title, `Records: ${finding.advisories.join(', ')}`] : [title, rationale, remedy]
  const page = finding ? recordPage([id, ...finding.advisories]) : null
  return {
    id,
    shortDescription: text(title),
    fullDescription: text(rationale ?? title),
    help: text(help.filter((part) => part !== null).join('\n\n')),
    ...(page !== null && { helpUri: page }),
    defaultConfiguration: { level: levels[severity] },
    properties: {
      tags: ['security', kind, severity],
      ...(score > 0 && { 'security-severity': score.toFixed(1) }),
    },
  }
}

/** 0: nobody can tell, or it is for information. */
function securitySeverity({ score, severity }: Fault): number {
  return score ?? usualScores[severity] ?? 0
}

/** `fingerprint`: see `fingerprints`. */
export function resultOf(fault: Fault, ruleIndex: number, image: ReportImage, fingerprint: string): object {
  const { message, severity, score, finding, layer, fromBase, decision } = fault
  return {
    ruleId: ruleId(fault),
    ruleIndex,
    // How bad it is, not what the policy makes of it: services sort by it and compare it over builds.
    level: levels[severity],
    // Of checks and secrets the rule says what to do.
    message: text(finding ? inFull(fault) : sentences(message, decisionText(fault))),
    locations: locationsOf(fault, image),
    // The first is ours; the second is the one that GitHub recognises an alert by.
    partialFingerprints: { 'tallyman/v1': fingerprint, primaryLocationLineHash: fingerprint },
    // Given for all or for none: an empty list says "not suppressed", its lack "nobody asked" (3.27.23).
    suppressions: suppressionsOf(fault),
    properties: {
      severity,
      score,
      decision: decision && { rule: decision.rule, action: decision.action },
      platform: image.platform,
      layer,
      fromBase,
      ...(finding && {
        package: finding.package,
        fixed: finding.fixed,
        advisories: finding.advisories,
        kev: finding.kev,
        epss: finding.epss,
        firstSeen: finding.firstSeen,
      }),
    },
  }
}

/** By what is known of the package, by an exception, or by a rule of the policy that ignores it. */
function suppressionsOf({ suppressed, decision }: Fault): readonly object[] {
  const accepted = (justification: string, by: string, until: string | null) => [
    { kind: 'external', status: 'accepted', justification, properties: { by, until } },
  ]
  if (suppressed) return accepted(suppressed.reason, suppressed.by, suppressed.until)
  return decision?.action === 'ignore' ? accepted(`ignored by the rule ${decision.rule}`, 'policy', null) : []
}

/** At least one: services refuse a result that lies nowhere. What lies in no file lies in the image. */
function locationsOf({ places, layer, finding }: Fault, image: ReportImage): readonly object[] {
  const name = nameOf(image.reference)
  const logicalLocations = (layer: number | null) => [
    ...(finding ? [{ fullyQualifiedName: finding.package, kind: 'package' }] : []),
    ...layerLocation(layer, image),
    { fullyQualifiedName: `${name}@${image.digest}`, kind: 'image' },
  ]
  if (places.length === 0) {
    const physicalLocation = { artifactLocation: { uri: uriOf(name) }, region: { startLine: 1 } }
    return [{ physicalLocation, logicalLocations: logicalLocations(layer) }]
  }
  return places.slice(0, maxLocations).map(({ path, line, layer }) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(path), uriBaseId: 'IMAGE' },
      region: { startLine: line ?? 1 },
    },
    logicalLocations: logicalLocations(layer),
  }))
}

function layerLocation(layer: number | null, { layers }: ReportImage): readonly object[] {
  const digest = layers[layer ?? -1]?.digest
  return digest ? [{ name: `layer ${layer}`, fullyQualifiedName: digest, kind: 'layer' }] : []
}

/**
 * Names a fault by what stays in the next build: no digest, no version. Where two are alike (two versions of a package in one
 * lock file) a number tells them apart.
 */
export function fingerprints(): (fault: Fault) => string {
  const seen = new Map<string, number>()
  return ({ kind, rule, subject, places }) => {
    const parts = JSON.stringify([kind, rule, subject, places[0]?.path ?? null])
    const hash = createHash('sha256').update(parts).digest('hex').slice(0, 16)
    const count = (seen.get(hash) ?? 0) + 1
    seen.set(hash, count)
    return `${hash}:${count}`
  }
}
