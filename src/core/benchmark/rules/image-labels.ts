import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const imageLabels: ContentRule = {
  name: 'image-labels',
  id: 'TM-0016',
  title: 'Labels say where the image is from',
  level: 'info',
  rationale:
    'Whoever has to mend an image in the middle of the night needs its source and its version, which only the build knows.',
  remedy: 'Set `org.opencontainers.image.source` and `org.opencontainers.image.version` or `.revision` in the build.',
  references: ['OCI image-spec annotations'],
  withoutEvidence: 'always decided',
  check: ({ config }) => {
    const has = (...names: readonly string[]) =>
      names.some((name) => config.run.labels[`org.opencontainers.image.${name}`])
    return decide([
      ...(has('source', 'url') ? [] : [evidence('there is no org.opencontainers.image.source')]),
      ...(has('version', 'revision') ? [] : [evidence('there is no org.opencontainers.image.version or .revision')]),
    ])
  },
}
