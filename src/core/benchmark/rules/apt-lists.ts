import type { Command } from '../../image/shell-commands.ts'
import { buildCommands, decideHistory, hasWord, inHistory, isApt } from '../build-commands.ts'
import { filesBelow } from '../live-files.ts'
import type { ContentRule } from '../rule.ts'

export const aptLists: ContentRule = {
  name: 'apt-lists',
  id: 'DKL-DI-0005',
  title: 'apt leaves no package lists in the image',
  level: 'info',
  rationale:
    'The lists are tens of megabytes without use in every layer that has them, and a later install believes them though they are old.',
  remedy: 'End the RUN that installs with `&& rm -rf /var/lib/apt/lists/*`.',
  references: ['Dockle DKL-DI-0005'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) => {
    const commands = buildCommands(image)
    const clears = (instruction: unknown) =>
      commands.some((command) => command.instruction === instruction && removes(command))
    const leaving = new Set(
      commands
        .filter((command) => isApt(command) && hasWord(command, 'install', 'update'))
        .map(({ instruction }) => instruction)
        .filter((instruction) => !clears(instruction)),
    )
    const found = [...leaving].map((instruction) => inHistory(instruction, 'apt without removing /var/lib/apt/lists'))
    return decideHistory(image, [...found, ...filesBelow('var/lib/apt/lists/', image, isList)])
  },
}

const removes = ({ program, args }: Command) =>
  (program === 'rm' || program === 'find') && args.some((arg) => arg.startsWith('/var/lib/apt') || arg === '/var/lib/')
const isList = (path: string) => !path.endsWith('/lock') && !path.includes('/partial/')
