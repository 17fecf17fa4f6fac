import { Command } from 'commander'
import { defaultPolicyDocument } from '../core/policy/default-policy.ts'
import type { Policy } from '../core/policy/policy.ts'
import { policyJsonSchema } from '../core/policy/policy-schema.ts'
import { TallymanError } from '../errors.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { nameIn, orMistakes, readText } from './document-file.ts'
import { exitCodes } from './exit-code.ts'
import { write } from './io.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { policyLines } from './output/policy-text.ts'
import { policyColumns } from './output/rule-tables.ts'
import { safeText } from './output/safe-text.ts'
import { table } from './output/table.ts'
import { previewCommand } from './policy-preview.ts'
import { onRules } from './rule-book.ts'

export function policyCommand(context: CliContext): Command {
  const command = new Command('policy')
    .summary('what images are judged by')
    .description(
      'Policies: which findings, checks and secrets make a verdict `fail` or `warn`, and for which images. Try what one would change with `preview`, then `put` it in force.',
    )
    .addCommand(checkCommand(context))
    .addCommand(defaultCommand(context))
    .addCommand(schemaCommand(context))
    .addCommand(listSubcommand(context))
    .addCommand(putCommand(context))
    .addCommand(previewCommand(context))
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
      'Puts a policy document into the store, in place of the one of its name, and sends the stored images to be judged again. ' +
        'Exit code: 0 done, 1 the document has a mistake (line and column on stderr), and nothing has changed.',
    )
    .argument('<file>', 'YAML or JSON')
  common(command).action(async (file: string, options: Options) => {
    const document = await readText(file)
    await orMistakes(file, context, async () => {
      const policy = await onRules(options, context, (rules) => rules.putPolicy(nameIn(document, 'policy'), document))
      await print(context, options.output === 'json' ? json(policy) : `policy ${safeText(policy.name)} is in force\n`)
    })
  })
  return examples(command, [['for all stored images', 'tallyman policy put strict.yaml']])
}

function deleteCommand(context: CliContext): Command {
  const command = new Command('delete')
    .summary('take a policy out of force')
    .description(
      'Takes a policy of the store out of force, and sends the stored images to be judged again. Its versions stay in the store.',
    )
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
    .summary('check policy files and say what they do')
    .description(
      'Checks policy files and says rule by rule what they do; changes nothing, and asks no server. Warnings are on stderr. Exit code: 0 all are valid, 1 one has a mistake (line and column on stderr).',
    )
    .argument('<file...>', 'YAML')
    .addOption(outputOption())
    .action(async (files: readonly string[], { output }: { output: Format }) => {
      const policies: Policy[] = []
      for (const file of files) policies.push(...(await checked(file, context)))
      if (output === 'json') {
        if (policies.length > 0) await print(context, json(policies.length === 1 ? policies[0] : policies))
        return
      }
      for (const policy of policies) {
        const lines = [`policy ${policy.name} is valid`, ...policyLines(policy)]
        await print(context, `${lines.map(safeText).join('\n')}\n`)
      }
    })
  return examples(command, [
    ['before it is put in force', 'tallyman policy check strict.yaml'],
    ['all of them', 'tallyman policy check policies/*.yaml'],
  ])
}

/** The policies of a file; none where it has a mistake, which is told. */
async function checked(file: string, { actions, io, exitWith }: CliContext): Promise<readonly Policy[]> {
  try {
    const { policies, warnings } = await actions.checkPolicy(file)
    for (const warning of warnings) await write(io.stderr, `${safeText(`warning: ${warning}`)}\n`)
    return policies
  } catch (error) {
    if (!(error instanceof TallymanError && error.code === 'POLICY_INVALID')) throw error
    exitWith(exitCodes.fail)
    await write(io.stderr, `${error.message}\n`)
    return []
  }
}

function defaultCommand(context: CliContext): Command {
  const command = new Command('default')
    .summary('print the built-in policy')
    .description('Prints the policy by which images are judged that no other policy covers, as YAML to start from.')
    .action(() => print(context, defaultPolicyDocument))
  return examples(command, [['a policy of your own', 'tallyman policy default > policy.yaml']])
}

function schemaCommand(context: CliContext): Command {
  const command = new Command('schema')
    .summary('print the JSON schema of policies')
    .description(
      'Prints the JSON schema of policy files. Editors complete and check one that begins with `# yaml-language-server: $schema=policy.schema.json`.',
    )
    .action(() => print(context, json(policyJsonSchema)))
  return examples(command, [['for an editor', 'tallyman policy schema > policy.schema.json']])
}
