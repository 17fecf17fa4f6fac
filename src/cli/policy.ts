import { Command } from 'commander'
import { defaultPolicyDocument } from '../core/policy/default-policy.ts'
import type { Policy } from '../core/policy/policy.ts'
import { policyJsonSchema } from '../core/policy/policy-schema.ts'
import { TallymanError } from '../errors.ts'
import { print, type CliContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { write } from './io.ts'
import { examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { policyLines } from './output/policy-text.ts'
import { safeText } from './output/safe-text.ts'

export function policyCommand(context: CliContext): Command {
  const command = new Command('policy')
    .summary('what images are judged by')
    .addCommand(checkCommand(context))
    .addCommand(defaultCommand(context))
    .addCommand(schemaCommand(context))
  return examples(command, [['before a policy is put in force', 'tallyman policy check strict.yaml']])
}

function checkCommand(context: CliContext): Command {
  const command = new Command('check')
    .summary('check policy files and say what they do')
    .description(
      'Checks policy files and says rule by rule what they do. Warnings are on stderr. Exit code: 0 all are valid, 1 one has a mistake (line and column on stderr).',
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
      'Prints the JSON schema of policy files, for editors: # yaml-language-server: $schema=policy.schema.json',
    )
    .action(() => print(context, json(policyJsonSchema)))
  return examples(command, [['for an editor', 'tallyman policy schema > policy.schema.json']])
}
