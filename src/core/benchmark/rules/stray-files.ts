import { decide } from '../outcome.ts'
import { strayPaths } from '../live-files.ts'
import type { ContentRule } from '../rule.ts'

export const strayFiles: ContentRule = {
  name: 'stray-files',
  id: 'DKL-LI-0003',
  title: 'No files of the workshop are in the image',
  level: 'info',
  rationale:
    'Repositories, editor settings and tool caches tell how the software is made, and often hold what was meant for the developer alone.',
  remedy: 'List them in .dockerignore, and copy what the image needs by name, not the whole directory.',
  references: ['Dockle DKL-LI-0003'],
  withoutEvidence: '`undecidable` where a layer was not read to its end',
  check: (image) => decide(strayPaths(image), image.unknownFiles),
}
