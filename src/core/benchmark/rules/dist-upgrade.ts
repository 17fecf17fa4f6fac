import { buildCommands, decideHistory, hasWord, inHistory, isApt } from '../build-commands.ts'
import type { ContentRule } from '../rule.ts'

export const distUpgrade: ContentRule = {
  name: 'dist-upgrade',
  id: 'DKL-DI-0003',
  title: 'The build does not upgrade the whole distribution',
  level: 'low',
  rationale:
    'A dist-upgrade may remove and replace packages of the base, so that two builds of the same file differ, and the layer holds a second copy of the system.',
  remedy:
    'Build on a newer base. For fixes between its releases, `apt-get upgrade` keeps to the packages that are there.',
  references: ['Dockle DKL-DI-0003'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) =>
    decideHistory(
      image,
      buildCommands(image)
        .filter((command) => isApt(command) && hasWord(command, 'dist-upgrade', 'full-upgrade'))
        .map(({ program, instruction }) => inHistory(instruction, `${program} dist-upgrade`)),
    ),
}
