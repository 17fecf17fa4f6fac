import { Command } from 'commander'
import type { VulnerabilityFilter } from '../adapters/store/records.ts'
import type { CliContext } from './context.ts'
import { listCommand } from './list-command.ts'
import { examples, severityOption } from './options.ts'
import { vulnerabilityColumns } from './output/list-tables.ts'

export function vulnerabilitiesCommand(context: CliContext): Command {
  const command = new Command('vulnerabilities')
    .summary('list vulnerabilities that stored images have, worst first')
    .description(
      'Lists the vulnerabilities that stored images have, worst first. Asks a server where one is named, else the local store.',
    )
    .addOption(severityOption())
    .option('--fixable', 'with a fix')
    .option('--no-fixable', 'without a fix')
    .option('--package <name>', 'that affect this package')
  listCommand(command, context, {
    noun: 'vulnerability',
    nouns: 'vulnerabilities',
    filters: ['severity', 'fixable', 'package'],
    ask: (inquiry, filter: VulnerabilityFilter, page) => inquiry.vulnerabilities(filter, page),
    columns: () => vulnerabilityColumns,
  })
  return examples(command, [
    ['what to fix first', 'tallyman vulnerabilities --severity high --fixable'],
    ['of one package', 'tallyman vulnerabilities --package openssl'],
  ])
}
