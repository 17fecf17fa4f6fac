import { Command } from 'commander'
import type { ImageFilter } from '../adapters/store/records.ts'
import type { CliContext } from './context.ts'
import { listCommand } from './list-command.ts'
import { examples, outcomeOption } from './options.ts'
import { imageColumns } from './output/list-tables.ts'

export function imagesCommand(context: CliContext): Command {
  const command = new Command('images')
    .summary('list stored images with their verdicts')
    .description(
      'Lists stored images; filters narrow together. Asks a server where one is named, else the local store.',
    )
    .option('--registry <name>', 'in this declared registry')
    .option('--repository <path>', 'in this repository, without host')
    .option('--tag <tag>', 'that the tag points to now')
    .addOption(outcomeOption())
    .option('--package <name[@version]>', 'with this package')
    .option('--range <range>', 'in one of these versions: ">=2.0 <2.17.1", by its ecosystem\'s own order')
    .option('--vulnerability <id>', 'with this vulnerability, by any of its ids')
    .option('--deleted', 'also those that no registry holds any more')
  listCommand(command, context, {
    noun: 'image',
    filters: ['registry', 'repository', 'tag', 'outcome', 'package', 'range', 'vulnerability', 'deleted'],
    ask: (inquiry, { deleted, ...filter }: ImageFilter & { deleted?: true }, page) =>
      inquiry.images({ ...filter, live: !deleted }, page),
    columns: imageColumns,
  })
  return examples(command, [
    ['which images have it?', 'tallyman images --vulnerability CVE-2021-44228'],
    ['which fail, in one repository', 'tallyman images --outcome fail --repository team/app'],
    ['which have a version of it from before the fix?', 'tallyman images --package log4j-core --range "<2.17.1"'],
    ['every image with a package, for a script', 'tallyman images --package openssl --all -o json'],
  ])
}
