import { Command } from 'commander'
import type { Policy } from '../core/policy/policy.ts'
import { TallymanError } from '../errors.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { nameIn, orMistakes, readText } from './document-file.ts'
import { exitCodes } from './exit-code.ts'
import { write } from './io.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { policyColumns } from './output/rule-tables.ts'
import { safeText } from './output/safe-text.ts'
import { table } from './output/table.ts'
import { onRules } from './rule-book.ts'

export function policyCommand(context: CliContext): Command {
  const command = new Command('policy')
    .summary('what images are judged by')
    .addCommand(checkCommand(context))
    .addCommand(listSubcommand(context))
    .addCommand(putCommand(context))
    .addCommand(deleteCommand(context))
  return examples(command, [
    ['before a policy is put in force', 'tallyman policy check strict.yaml'],
    ['and then', 'tallyman policy put strict.yaml'],
  ])
}

function listSubcommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('the policies in force')
    .description('Lists the policy of the configuration, or the built-in one, and those that were put into the store.')
  common(command).action(async (options: Options) => {
    const items = await onRules(options, context, (rules) => rules.policies())
    const { paint, now, width } = reportView(context)
    await print(
      context,
      options.output === 'json' ? json({ items }) : table(items, policyColumns(now), { paint, width }),
    )
  })
  return examples(command, [['what are we judged by?', 'tallyman policy list']])
}

function putCommand(context: CliContext): Command {
  const command = new Command('put')
    .summary('put a policy in force')
    .description(
      'Puts a policy document into the store, in place of the one of its name, and has stored images judged again.\n' +
        'Exit code: 0 done, 1 the document has a mistake (line and column on stderr), and nothing is another than before.',
    )
    .argument('<file>', 'YAML or JSON')
  common(command).action(async (file: string, options: Options) => {
    const document = await readText(file)
    await orMistakes(context, async () => {
      const policy = await onRules(options, context, (rules) => rules.putPolicy(nameIn(document, 'policy'), document))
      await print(context, options.output === 'json' ? json(policy) : `policy ${safeText(policy.name)} is in force\n`)
    })
  })
  return examples(command, [['for all stored images', 'tallyman policy put strict.yaml']])
}

function deleteCommand(context: CliContext): Command {
  const command = new Command('delete')
    .summary('take a policy out of force')
    .description('Takes a policy of the store out of force. Its versions stay in the store.')
    .argument('<name>', 'of the policy')
  common(command).action(async (name: string, options: Options) => {
    await onRules(options, context, (rules) => rules.deletePolicy(name))
    await print(context, options.output === 'json' ? json({ deleted: name }) : `policy ${safeText(name)} is deleted\n`)
  })
  return examples(command, [['it was too strict', 'tallyman policy delete strict']])
}

type Options = ServerChoice & { readonly output: Format }

function common(command: Command): Command {
  return serverOptions(command).addOption(outputOption()).addOption(configOption())
}

function checkCommand(context: CliContext): Command {
  const command = new Command('check')
    .summary('check a policy file and say what it does')
    .description('Checks a policy file. Exit code: 0 it is valid, 1 it has a mistake (line and column on stderr).')
    .argument('<file>', 'YAML')
    .addOption(outputOption())
    .action(async (file: string, { output }: { output: Format }) => {
      try {
        const policy = await context.actions.checkPolicy(file)
        await print(context, output === 'json' ? json(policy) : describe(policy))
      } catch (error) {
        if (!(error instanceof TallymanError && error.code === 'POLICY_INVALID')) throw error
        context.exitWith(exitCodes.fail)
        await write(context.io.stderr, `${error.message}\n`)
      }
    })
  return examples(command, [['before it is put in force', 'tallyman policy check strict.yaml']])
}

function describe({ name, vulnerabilities, onIncomplete }: Policy): string {
  const rules = vulnerabilities.map(({ name, severity, fixable, action }) => {
    return `  - ${name}: ${action} for findings of severity ${severity ?? 'negligible'} or worse${fixable ? ' that have a fix' : ''}`
  })
  const lines = [
    `policy ${name} is valid`,
    ...rules,
    `  - what could not be understood: ${onIncomplete ?? 'inconclusive'}`,
  ]
  return `${lines.map(safeText).join('\n')}\n`
}
