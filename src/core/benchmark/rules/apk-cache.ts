import type { Command } from '../../image/shell-commands.ts'
import { buildCommands, decideHistory, hasWord, inHistory } from '../build-commands.ts'
import { filesBelow } from '../live-files.ts'
import type { ContentRule } from '../rule.ts'

export const apkCache: ContentRule = {
  name: 'apk-cache',
  id: 'DKL-DI-0004',
  title: 'apk leaves no cache in the image',
  level: 'info',
  rationale: 'Package indexes in a layer are weight without use, and old ones make later installs old.',
  remedy: 'Use `apk add --no-cache`.',
  references: ['Dockle DKL-DI-0004'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) => {
    const commands = buildCommands(image)
    const clears = (instruction: unknown) =>
      commands.some((command) => command.instruction === instruction && removes(command))
    const found = commands
      .filter((command) => command.program === 'apk' && hasWord(command, 'add') && !command.args.includes('--no-cache'))
      .filter(({ instruction }) => !clears(instruction))
      .map(({ instruction }) => inHistory(instruction, 'apk add without --no-cache'))
    return decideHistory(image, [...found, ...filesBelow('var/cache/apk/', image)])
  },
}

const removes = ({ program, args }: Command) => program === 'rm' && args.some((arg) => arg.startsWith('/var/cache/apk'))
