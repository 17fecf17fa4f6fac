import { Command } from 'commander'
import { print, type CliContext } from './context.ts'
import { examples } from './options.ts'

export function versionCommand(context: CliContext): Command {
  const command = new Command('version')
    .summary('print the version')
    .action(() => print(context, `${context.actions.version}\n`))
  return examples(command, [['which one is this?', 'tallyman version']])
}
