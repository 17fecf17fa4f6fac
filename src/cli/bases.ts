import { Command, Option } from 'commander'
import type { BaseFilter } from '../adapters/store/rebuild-records.ts'
import type { CliContext } from './context.ts'
import { listCommand } from './list-command.ts'
import { examples } from './options.ts'
import { baseColumns } from './output/list-tables.ts'

export function basesCommand(context: CliContext): Command {
  const command = new Command('bases')
    .summary('list base images by how many images a rebuild of each would turn green')
    .description(
      'Lists the stored base images: how many images are on each, how many of those would pass if it were rebuilt, and how many ' +
        'findings that would close. A rebuild closes the findings with a fix in packages that base and image have in the same ' +
        'version. Asks a server where one is named, else the local store.',
    )
    .option('--registry <name>', 'in this declared registry')
    .option('--repository <path>', 'in this repository, without host')
    .addOption(
      new Option('--outcome <outcome>', 'of images with this verdict now').choices(['fail', 'inconclusive', 'warn']),
    )
  listCommand(command, context, {
    noun: 'base',
    filters: ['registry', 'repository', 'outcome'],
    ask: (inquiry, filter: BaseFilter, page) => inquiry.bases(filter, page),
    columns: () => baseColumns,
  })
  return examples(command, [
    ['which rebuild turns most failing images green?', 'tallyman bases --outcome fail --limit 10'],
    ['of our own base images', 'tallyman bases --registry hub --repository bases/node'],
  ])
}
