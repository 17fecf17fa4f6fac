import { Command } from 'commander'
import type { RegistryCheckStep } from './actions.ts'
import { print, reportView, type CliContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { withProgress, type Style } from './io.ts'
import { configOption, examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { table, type Column } from './output/table.ts'

const statusStyles: Readonly<Record<RegistryCheckStep['status'], Style>> = {
  ok: 'green',
  failed: 'red',
  skipped: 'dim',
}

const columns: readonly Column<RegistryCheckStep>[] = [
  { title: 'STEP', cell: ({ step }) => step },
  { title: 'STATUS', cell: ({ status }) => status, style: ({ status }) => statusStyles[status] },
  { title: 'DETAIL', cell: ({ detail }) => detail },
]

export function registryCommand(context: CliContext): Command {
  const command = new Command('registry')
    .description('The registries that the configuration declares.')
    .summary('the declared registries')
    .addCommand(checkCommand(context))
  return examples(command, [['does the handshake work?', 'tallyman registry check harbor']])
}

function checkCommand(context: CliContext): Command {
  const { actions, io } = context
  const command = new Command('check')
    .summary('walk the handshake with a registry and say what works')
    .description('Talks to a declared registry step by step. Exit code: 0 all of it works, 1 something does not.')
    .argument('<name>', 'under which it is declared')
    .addOption(outputOption())
    .addOption(configOption())
    .action(async (registry: string, { config, output }: { config?: string; output: Format }) => {
      const steps = await withProgress(io.stderr, (progress) =>
        actions.checkRegistry({ registry, configFile: config ?? null, progress, signal: io.signal }),
      )
      if (steps.some(({ status }) => status === 'failed')) context.exitWith(exitCodes.fail)
      await print(context, output === 'json' ? json(steps) : table(steps, columns, reportView(context)))
    })
  return examples(command, [['after declaring it', 'tallyman registry check harbor']])
}
