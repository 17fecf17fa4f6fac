import { Command } from 'commander'
import type { FeedStatus } from '../flows/feed-status.ts'
import type { FeedUpdate } from './actions.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { inquire } from './inquiry.ts'
import { withProgress, write } from './io.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { feedColumns } from './output/list-tables.ts'
import { ago, plural } from './output/quantities.ts'
import { safeText } from './output/safe-text.ts'
import { table } from './output/table.ts'

interface UpdateOptions {
  readonly config?: string
  readonly output: Format
}

export function feedCommand(context: CliContext): Command {
  const command = new Command('feed')
    .summary('the vulnerability data: read it anew, look at its age')
    .addCommand(syncCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(importCommand(context))
  return examples(command, [
    ['read what is new', 'tallyman feed sync'],
    ['is it fresh?', 'tallyman feed status'],
  ])
}

function syncCommand(context: CliContext): Command {
  const command = new Command('sync')
    .summary('read the configured feeds and adopt what is new')
    .description('Reads the configured feeds into the local store. What has not changed is skipped.')
    .addOption(outputOption())
    .addOption(configOption())
    .action((options: UpdateOptions) => update(null, options, context))
  return examples(command, [['now, not at the next interval', 'tallyman feed sync']])
}

function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .summary('read an OSV folder, for machines without a network')
    .description('Reads a folder in the layout of OSV’s public bucket (<ECOSYSTEM>/all.zip) into the local store.')
    .argument('<dir>', 'the folder')
    .addOption(outputOption())
    .addOption(configOption())
    .action((directory: string, options: UpdateOptions) => update(directory, options, context))
  return examples(command, [['a copy that was carried over', 'tallyman feed import /media/stick/osv']])
}

async function update(directory: string | null, { config, output }: UpdateOptions, context: CliContext): Promise<void> {
  const { actions, io } = context
  const result = await withProgress(io.stderr, (progress) =>
    actions.syncFeeds({ directory, configFile: config ?? null, progress, signal: io.signal }),
  )
  for (const { feed, error } of result.failed) await write(io.stderr, safeText(`${feed}: ${error}`) + '\n')
  if (result.failed.length > 0) return context.exitWith(exitCodes.error)
  await print(context, output === 'json' ? json(result) : describeUpdate(result))
}

function describeUpdate({ snapshot, changed }: FeedUpdate): string {
  if (!snapshot) return 'there is no vulnerability data\n'
  const advisories = snapshot.feeds.reduce((sum, feed) => sum + feed.advisories, 0)
  const skipped = snapshot.feeds.reduce((sum, feed) => sum + feed.skipped, 0)
  const what = `snapshot ${snapshot.number} with ${plural(advisories, 'advisory', 'advisories')}`
  const broken = skipped > 0 ? `; ${plural(skipped, 'record')} could not be understood (tallyman feed status)` : ''
  return `${changed ? 'adopted' : 'nothing new: still'} ${what}${broken}\n`
}

function statusCommand(context: CliContext): Command {
  const command = new Command('status')
    .summary('the snapshot in force, its age, and what could not be understood')
    .description('Shows the vulnerability data in force: of a server where one is named, else of the local store.')
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(async (options: ServerChoice & { output: Format }) => {
    const status = await inquire(options, context, (inquiry) => inquiry.feeds())
    await print(context, options.output === 'json' ? json(status) : describeStatus(status, context))
  })
  return examples(command, [['is it fresh?', 'tallyman feed status']])
}

function describeStatus({ snapshot, adoptedAt, stale, feeds }: FeedStatus, context: CliContext): string {
  if (snapshot === null || adoptedAt === null) {
    return 'there is no vulnerability data yet; read some: tallyman feed sync, or tallyman feed import DIR\n'
  }
  const { paint, now, width } = reportView(context)
  const age = stale ? paint('yellow', ', stale') : ''
  const problems = feeds.flatMap(({ name, problems }) =>
    problems.map((problem) => `  - ${name}: ${safeText(problem)}\n`),
  )
  const broken = problems.length > 0 ? `Not understood\n${problems.join('')}` : ''
  return `snapshot ${snapshot}, adopted ${ago(adoptedAt, now)}${age}\n${table(feeds, feedColumns(now), { paint, width })}${broken}`
}
