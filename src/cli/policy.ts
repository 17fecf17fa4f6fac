import { Command } from 'commander'
import type { Policy } from '../core/policy/policy.ts'
import { TallymanError } from '../errors.ts'
import { print, type CliContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { write } from './io.ts'
import { examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { safeText } from './output/safe-text.ts'

export function policyCommand(context: CliContext): Command {
  const command = new Command('policy').summary('what images are judged by').addCommand(checkCommand(context))
  return examples(command, [['before a policy is put in force', 'tallyman policy check strict.yaml']])
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
