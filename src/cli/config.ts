import { Command } from 'commander'
import { stringify } from 'yaml'
import { print, type CliContext } from './context.ts'
import { configOption, examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'

export function configCommand(context: CliContext): Command {
  const command = new Command('config')
    .summary('print the effective configuration, without secrets')
    .description(
      'Prints the configuration as it is in force: file, variables and defaults, secrets replaced. YAML, or JSON with -o json.',
    )
    .addOption(outputOption())
    .addOption(configOption())
    .action(async ({ config, output }: { config?: string; output: Format }) => {
      const effective = await context.actions.config(config ?? null)
      await print(context, output === 'json' ? json(effective) : stringify(effective))
    })
  return examples(command, [['what does it really use?', 'tallyman config --config tallyman.yaml']])
}
