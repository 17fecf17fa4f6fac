import { Command } from 'commander'
import type { CheckLevel } from '../core/benchmark/check.ts'
import type { RuleText } from '../core/benchmark/rule.ts'
import { ruleCatalogue } from '../core/benchmark/rules.ts'
import { TallymanError } from '../errors.ts'
import { print, reportView, type CliContext } from './context.ts'
import { painter, type Style } from './io.ts'
import { examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { fields, table, type Column } from './output/table.ts'

export function checksCommand(context: CliContext): Command {
  const command = new Command('checks')
    .summary('what images are checked for, and what to do about it')
    .description(
      'Lists the rules of the image benchmark, or explains one of them: why it matters and what to do. What an image’s checks found is in its report.',
    )
    .argument('[id]', 'of a rule, CIS-DI-0001, or its name, root-user')
    .addOption(outputOption())
    .action((id: string | undefined, { output }: { output: Format }) => {
      if (id === undefined)
        return print(context, output === 'json' ? json({ items: ruleCatalogue }) : catalogue(context))
      const rule = ruleOf(id)
      return print(context, output === 'json' ? json(rule) : explained(rule, context))
    })
  return examples(command, [
    ['all of them', 'tallyman checks'],
    ['why does it matter, and what helps?', 'tallyman checks CIS-DI-0001'],
  ])
}

/** USAGE where there is none. */
function ruleOf(asked: string): RuleText {
  const rule = ruleCatalogue.find(({ id, name }) => id === asked.toUpperCase() || name === asked)
  if (!rule) throw new TallymanError('USAGE', `there is no check ${asked}; tallyman checks lists them all`)
  return rule
}

const styles: Partial<Record<CheckLevel, Style>> = { critical: 'red', high: 'red', medium: 'yellow' }

const columns: readonly Column<RuleText>[] = [
  { title: 'CHECK', cell: ({ id }) => id },
  { title: 'LEVEL', cell: ({ level }) => level, style: ({ level }) => styles[level] },
  { title: 'A GOOD IMAGE', cell: ({ title }) => title },
  { title: 'REFERENCES', cell: ({ references }) => references.join(', '), optional: true },
]

function catalogue(context: CliContext): string {
  const { paint, width } = reportView(context)
  return table(ruleCatalogue, columns, { paint, width })
}

function explained(rule: RuleText, { io }: CliContext): string {
  const entries = [
    ['check', `${rule.id} (${rule.name})`],
    ['asks', rule.title],
    ['level', rule.level],
    ['why', rule.rationale],
    ['remedy', rule.remedy],
    ['without evidence', rule.withoutEvidence.replaceAll('`', '')],
    ...(rule.references.length > 0 ? [['references', rule.references.join(', ')] as const] : []),
  ] as const
  return fields(entries, painter(io.stdout))
}
