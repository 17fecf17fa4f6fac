import { Command } from 'commander'
import { print, type CliContext } from './context.ts'
import { configOption, examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'

export function migrateCommand(context: CliContext): Command {
  const command = new Command('migrate')
    .summary('bring the store’s schema up to date')
    .description('Brings the store’s schema up to date. Safe to run in two places at once; `serve` does it too.')
    .addOption(outputOption())
    .addOption(configOption())
    .action(async ({ config, output }: { config?: string; output: Format }) => {
      const migrations = await context.actions.migrate(config ?? null)
      if (output === 'json') return print(context, json({ migrations }))
      const text = migrations.length === 0 ? 'the schema is up to date' : `ran ${migrations.join(', ')}`
      return print(context, `${text}\n`)
    })
  return examples(command, [['before the new version starts', 'tallyman migrate --config tallyman.yaml']])
}
