import { digestOf } from '../../src/core/image/digest.ts'
import type { AskedFinding, AskedPackage } from '../../src/core/policy/asked.ts'
import type { Exception } from '../../src/core/policy/exception.ts'
import type { ImageFacts, Place } from '../../src/core/policy/image-facts.ts'
import { emptyPolicy, type Policy } from '../../src/core/policy/policy.ts'

/** Small valid records for the policy's tests: name what matters, the rest is filled in. */

export function policy(name: string, rest: Partial<Policy> = {}): Policy {
  return { ...emptyPolicy, name, ...rest }
}

export function exception(id: string, rest: Partial<Exception> = {}): Exception {
  return {
    id,
    vulnerabilities: [],
    packages: [],
    checks: [],
    secrets: [],
    scopes: [],
    reason: 'not reachable',
    owner: 'team',
    from: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
    approvedBy: 'other team',
    by: 'exception',
    status: null,
    justification: null,
    ...rest,
  }
}

export function askedFinding(vulnerability: string, rest: Partial<AskedFinding> = {}): AskedFinding {
  return {
    vulnerability,
    aliases: [],
    advisories: [`DEBIAN-${vulnerability}`],
    severity: 'high',
    score: 7.5,
    fixed: '2.0',
    fixedSince: '2026-01-01T00:00:00.000Z',
    published: '2026-01-01T00:00:00.000Z',
    kev: false,
    epss: null,
    ...rest,
  }
}

export function askedPackage(name: string, rest: Partial<AskedPackage> = {}): AskedPackage {
  return {
    name,
    version: '1.0.0',
    type: 'npm',
    ecosystem: 'npm',
    source: null,
    purl: `pkg:npm/${name.replace('@', '%40')}@1.0.0`,
    licenses: ['MIT'],
    ...rest,
  }
}

export function place(registry: string, repository: string, ...tags: string[]): Place {
  return { registry, repository, tags }
}

export function imageFacts(rest: Partial<ImageFacts> = {}): ImageFacts {
  return {
    digest: digestOf('an image'),
    platform: 'linux/amd64',
    created: '2026-01-01T00:00:00Z',
    size: 1,
    distro: null,
    labels: {},
    checks: [],
    secrets: [],
    signatures: null,
    places: [],
    base: null,
    ...rest,
  }
}
