import { decide, evidence, undecidable } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const latestBase: ContentRule = {
  name: 'latest-base',
  id: 'TM-0015',
  title: 'The base is named by a version or digest',
  level: 'low',
  rationale: 'What is built on `latest` is built on something else tomorrow, and nobody can say what it was.',
  remedy: 'Name a version, best with its digest: `FROM debian:12.7-slim@sha256:…`.',
  references: ['CIS Docker 4.2'],
  withoutEvidence: '`undecidable` where neither a label nor the history names the base',
  check: ({ config, history }) => {
    // buildah writes the base into the comment; BuildKit and others into labels.
    const stated = history.instructions.flatMap(({ comment, name, text, layer }) => {
      const base =
        /^FROM (?<base>\S{1,1000})$/.exec(comment ?? '')?.groups?.['base'] ?? (name === 'FROM' ? text : undefined)
      return base === undefined || base === 'scratch' ? [] : [{ base, layer }]
    })
    const label = config.run.labels['org.opencontainers.image.base.name']
    const bases = [...stated, ...(label ? [{ base: label, layer: null }] : [])]
    if (bases.length === 0) return undecidable('nothing in the image names its base')
    return decide(
      bases.filter(({ base }) => isMoving(base)).map(({ base, layer }) => evidence(`the base is ${base}`, layer)),
    )
  },
}

function isMoving(base: string): boolean {
  if (base.includes('@')) return false
  const name = base.slice(base.lastIndexOf('/') + 1)
  return !name.includes(':') || name.endsWith(':latest')
}
