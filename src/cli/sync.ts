import { Command } from 'commander'
import { print, type CliContext } from './context.ts'
import { withProgress } from './io.ts'
import { configOption, examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { plural } from './output/quantities.ts'

export function syncCommand(context: CliContext): Command {
  const { actions, io } = context
  const command = new Command('sync')
    .summary('enqueue what a registry holds and we have not seen')
    .description(
      'Walks through a declared registry, enqueues a scan of every tag whose image is not known, and forgets what is no longer there. A server does so by itself (registries.<name>.sweepEvery).',
    )
    .argument('<registry>', 'the name under which it is declared')
    .addOption(outputOption())
    .addOption(configOption())
    .action(async (registry: string, { config, output }: { config?: string; output: Format }) => {
      const result = await withProgress(io.stderr, (progress) =>
        actions.syncRegistry({ registry, configFile: config ?? null, progress, signal: io.signal }),
      )
      if (output === 'json') return print(context, json(result))
      const { repositories, tags, enqueued, forgotten } = result
      const seen = `${plural(tags, 'tag')} in ${plural(repositories, 'repository', 'repositories')}`
      return print(context, `${seen}; ${plural(enqueued, 'scan')} enqueued, ${forgotten} forgotten\n`)
    })
  return examples(command, [['a registry that was in use before tallyman', 'tallyman sync harbor']])
}
