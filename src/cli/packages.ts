import { Command } from 'commander'
import type { PackageFilter } from '../adapters/store/records.ts'
import type { CliContext } from './context.ts'
import { listCommand } from './list-command.ts'
import { examples } from './options.ts'
import { packageColumns } from './output/list-tables.ts'

export function packagesCommand(context: CliContext): Command {
  const command = new Command('packages')
    .summary('list packages over all stored images')
    .description('Lists packages over all stored images. Asks a server where one is named, else the local store.')
    .option('--name <name>', 'of exactly this name')
    .option('--ecosystem <ecosystem>', 'as OSV names it, with release: Debian:12, npm')
    // Not "--version": that one asks for tallyman's own.
    .option('--package-version <version>', 'of exactly this version')
  listCommand(command, context, {
    noun: 'package',
    filters: ['name', 'ecosystem', 'packageVersion'],
    ask: (inquiry, { packageVersion, ...filter }: PackageFilter & { packageVersion?: string }, page) =>
      inquiry.packages({ ...filter, ...(packageVersion !== undefined && { version: packageVersion }) }, page),
    columns: () => packageColumns,
  })
  return examples(command, [
    ['which versions are there?', 'tallyman packages --name log4j-core'],
    ['everything of one ecosystem, for a script', 'tallyman packages --ecosystem npm --all -o json'],
  ])
}
