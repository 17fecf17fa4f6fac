import type { Command } from '../../image/shell-commands.ts'
import { buildCommands, decideHistory, hasWord, inHistory, isApt, isYum } from '../build-commands.ts'
import type { ContentRule } from '../rule.ts'

export const loneUpdate: ContentRule = {
  name: 'lone-update',
  id: 'CIS-DI-0007',
  title: 'Package lists are updated where packages are installed',
  level: 'low',
  rationale:
    'An instruction that only updates the lists is cached: later builds install old versions from it without anybody noticing.',
  remedy: 'Write update and install as one RUN: `apt-get update && apt-get install -y …`.',
  references: ['CIS Docker 4.7'],
  withoutEvidence: '`undecidable` where the build history is missing',
  check: (image) => {
    const byInstruction = Map.groupBy(buildCommands(image), ({ instruction }) => instruction)
    const found = [...byInstruction].flatMap(([instruction, commands]) => {
      if (commands.some(usesLists)) return []
      return commands.filter(updates).map(({ program }) => inHistory(instruction, `${program} update, and no install`))
    })
    return decideHistory(image, found)
  },
}

const updates = (command: Command) =>
  ((isApt(command) || command.program === 'apk' || isYum(command)) && hasWord(command, 'update', 'makecache')) ||
  (command.program === 'zypper' && hasWord(command, 'refresh', 'ref'))

const usesLists = (command: Command) =>
  ((isApt(command) || isYum(command) || command.program === 'zypper') &&
    hasWord(command, 'install', 'in', 'upgrade', 'dist-upgrade', 'full-upgrade', 'build-dep', 'download', 'source')) ||
  (command.program === 'apk' && hasWord(command, 'add', 'upgrade', 'fetch'))
