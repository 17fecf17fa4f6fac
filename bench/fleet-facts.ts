import type { Check, CheckEvidence } from '../src/core/benchmark/check.ts'
import { contentRules } from '../src/core/benchmark/rules.ts'
import { judgedCheck } from '../src/core/policy/image-facts.ts'
import type { Secret } from '../src/core/secrets/secret.ts'
import { pack } from '../src/adapters/store/packed.ts'

/** What benchmark, secrets and config say of the builds of one application: it hardly changes from one to the next. */
export interface FleetFacts {
  /** The facts that judging reads, by build: only the labels differ. */
  factsOf(build: number): string
  /** Checks and secrets in full, as `image_checks` has them. */
  readonly body: Buffer
}

/** Of a hundred applications these many carry a secret of their own. */
const secretShare = 0.08

/**
 * Ten to fifteen checks that fail, half of them in the base's layers, the rest in its own or in the config; the other rules of
 * the benchmark pass or do not apply, as in most images.
 */
export function fleetFacts(
  name: string,
  { baseLayers, own }: { readonly baseLayers: number; readonly own: number },
  next: () => number,
): FleetFacts {
  const failing = new Set<number>()
  const wanted = 10 + Math.floor(next() * 6)
  // Square: the first rules of the list are those that most images break.
  while (failing.size < wanted) failing.add(Math.floor(next() ** 2 * contentRules.length))
  const evidence = (id: string): readonly CheckEvidence[] => {
    const where = next()
    const layer = where < 0.3 ? null : where < 0.7 || own === 0 ? 0 : baseLayers + Math.floor(next() * own)
    return Array.from({ length: 1 + Math.floor(next() * 3) }, (_, index) => ({
      text: `usr/lib/${name}/${id.toLowerCase()}-${index}: what was found there, in words`,
      layer,
    }))
  }
  const checks = contentRules.map(({ id, title, level }, index): Check => {
    if (failing.has(index)) return { id, title, level, status: 'fail', evidence: evidence(id) }
    return { id, title, level, status: index % 5 === 0 ? 'not-applicable' : 'pass', evidence: [] }
  })
  const secrets: readonly Secret[] = own > 0 && next() < secretShare ? [privateKey(name, baseLayers)] : []
  const judged = {
    checks: checks.flatMap((check) => judgedCheck(check) ?? []),
    secrets: secrets.map(({ rule, path, layer }) => ({ rule, path, layer })),
  }
  return {
    factsOf: (build) => JSON.stringify({ labels: labelsOf(name, build), ...judged }),
    body: pack({ checks, secrets }),
  }
}

function privateKey(name: string, layer: number): Secret {
  return {
    rule: 'private-key',
    title: 'Private key',
    where: 'file',
    path: `srv/${name}/tls/server.key`,
    line: 1,
    layer,
    deletedInLayer: null,
    redacted: '-----BEGIN PRIVATE KEY-----… (1704 characters)',
  }
}

function labelsOf(name: string, build: number): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': name,
    'org.opencontainers.image.source': `https://git.example.org/apps/${name}`,
    'org.opencontainers.image.version': `1.0.${build}`,
    'org.opencontainers.image.created': '2026-05-01T12:00:00Z',
    'org.opencontainers.image.licenses': 'MIT',
    'com.example.team': `team-${name.length % 7}`,
  }
}
