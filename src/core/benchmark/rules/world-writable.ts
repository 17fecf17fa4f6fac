import { decide, evidence } from '../outcome.ts'
import type { ContentRule } from '../rule.ts'

export const worldWritable: ContentRule = {
  name: 'world-writable',
  id: 'TM-0007',
  title: 'Nothing but temporary directories can be written by everybody',
  level: 'medium',
  rationale: 'Any process in the container may replace what others run or read from there.',
  remedy:
    'Give files to the user that writes them (`COPY --chown`), in place of `chmod 777`; a shared directory gets the sticky bit (`chmod 1777`).',
  references: [],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: ({ modes, unknownFiles }) =>
    decide(
      modes
        .filter(({ entry, mode }) => (entry === 'file' || entry === 'directory') && mode & 0o002)
        .map(({ entry, path, mode, layer }) =>
          evidence(`${path}${entry === 'directory' ? '/' : ''} (${mode.toString(8)})`, layer),
        ),
      unknownFiles,
    ),
}
