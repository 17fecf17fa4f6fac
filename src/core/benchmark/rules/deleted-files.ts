import { linesOf } from '../../inventory/evidence-text.ts'
import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

/** Evidence is of the layer that has the file: there it could be left out. What an image deletes of its base is the base's. */
export const deletedFiles: ContentRule = {
  name: 'deleted-files',
  id: 'TM-0017',
  title: 'No layer deletes what a lower one has added',
  level: 'low',
  rationale: 'The file stays in the lower layer: it is pulled with it, and can be read by everybody who pulls it.',
  remedy: 'Delete in the same RUN that creates, or build in one stage and copy the result into another.',
  references: [],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ layers, deletions, unknownFiles }) => {
    if (deletions.areNone) return decide([], unknownFiles)
    const found = layers.flatMap((facts, layer) => {
      const gone = [...linesOf(facts?.files ?? '')].flatMap((path) => {
        const by = deletions.of(path, layer)
        return by === undefined ? [] : [{ path, by }]
      })
      return [...Map.groupBy(gone, ({ by }) => by)].map(([by, files]) => {
        const names = files.slice(0, 3).map(({ path }) => path)
        const more = files.length > 3 ? ` and ${files.length - 3} more` : ''
        return evidence(`layer ${by} deletes ${names.join(', ')}${more} of layer ${layer}`, layer)
      })
    })
    return decide(found, unknownFiles)
  },
}
