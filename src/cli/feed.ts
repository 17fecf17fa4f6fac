import { Command, InvalidArgumentError } from 'commander'
import type { FeedCandidate, FeedDifference, FeedEffect } from '../adapters/store/feed-records.ts'
import type { FeedStatus } from '../flows/feed-status.ts'
import type { FeedPreview } from '../flows/preview-feed.ts'
import type { FeedUpdate, Progress } from './actions.ts'
import { chooseServer, print, reportView, withServer, type CliContext, type ServerChoice } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { follow, inquire } from './inquiry.ts'
import { withProgress, write } from './io.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { differenceColumns, feedColumns } from './output/list-tables.ts'
import { renderPreview } from './output/preview-table.ts'
import { ago, plural } from './output/quantities.ts'
import { safeLines, safeText } from './output/safe-text.ts'
import { table } from './output/table.ts'

interface UpdateOptions {
  readonly config?: string
  readonly output: Format
}

export function feedCommand(context: CliContext): Command {
  const command = new Command('feed')
    .summary('the vulnerability data: read it anew, look at its age')
    .description(
      'The vulnerability data that images are matched against: read it anew, look at its age, and at what was held back.',
    )
    .addCommand(syncCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(diffCommand(context))
    .addCommand(adoptCommand(context))
    .addCommand(importCommand(context))
    .addCommand(previewCommand(context))
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
    .action((options: UpdateOptions) => update(syncOf(null, false), options, context))
  return examples(command, [['now, not at the next interval', 'tallyman feed sync']])
}

function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .summary('read a file or folder of a feed, for machines without a network')
    .description(
      'Reads into the local store what was carried over: a folder or zip in the layout of OSV’s public bucket ' +
        '(<ECOSYSTEM>/all.zip), the KEV catalogue (JSON), EPSS scores (CSV, also .gz) or end-of-life dates (JSON). ' +
        'It takes the place of the configured feed of its kind until that is read again.',
    )
    .argument('<path>', 'the file or folder')
    .option('--force', 'adopt it also where it lost much of what is in force')
    .addOption(outputOption())
    .addOption(configOption())
    .action((path: string, options: UpdateOptions & { force?: true }) =>
      update(syncOf(path, options.force === true), options, context),
    )
  return examples(command, [
    ['a copy that was carried over', 'tallyman feed import /media/stick/osv'],
    ['exploited vulnerabilities', 'tallyman feed import /media/stick/known_exploited_vulnerabilities.json'],
  ])
}

function previewCommand(context: CliContext): Command {
  const command = new Command('preview')
    .summary('what adopting a file or folder of a feed would change')
    .description(
      'Reads what `tallyman feed import` would read, and adopts nothing: says which records would be others, what that would open\n' +
        'and close, and which stored images would have another verdict, and why. Always asks the local store: the file lies here.',
    )
    .argument('<path>', 'the file or folder')
    .addOption(outputOption())
    .addOption(configOption())
    .action(async (path: string, { config, output }: UpdateOptions) => {
      const { actions, io } = context
      const preview = await withProgress(io.stderr, () =>
        actions.previewFeed({ path, configFile: config ?? null, signal: io.signal }),
      )
      await print(context, output === 'json' ? json(preview) : describePreview(preview, context))
    })
  return examples(command, [['before a copy is imported', 'tallyman feed preview /media/stick/osv']])
}

function describePreview(
  { feed, added, changed, removed, skipped, reasons, effect, images }: FeedPreview,
  context: CliContext,
): string {
  const records = `${safeText(feed)}: ${added} added, ${changed} changed, ${plural(removed, 'record')} removed`
  const broken = skipped > 0 ? `, ${skipped} not understood` : ''
  const gate =
    reasons.length > 0 ? `it would be held back:\n${reasons.map((reason) => `  - ${safeText(reason)}\n`).join('')}` : ''
  if (!effect) return `${records}${broken}\n${gate}what it makes of verdicts is foreseen for advisories alone\n`
  const fleet = renderPreview({ images: effect.images, flips: effect.flips, changed: images }, reportView(context))
  return `${records}${broken}\n${gate}adopting it would ${describeEffect(effect)}\n${fleet}`
}

/** `open 1 and close 2 findings in 3 stored packages that were tried`. */
function describeEffect({ opened, closed, packages, partial }: FeedEffect): string {
  const tried = partial ? ' that were tried' : ''
  return `open ${opened} and close ${plural(closed, 'finding')} in ${plural(packages, 'stored package')}${tried}`
}

/** `turn 12 images pass → fail, 1 image fail → pass`; nothing where none would flip. */
function describeFlips({ flips }: FeedEffect): string {
  const all = Object.entries(flips).sort(([, a], [, b]) => b - a)
  return all.length === 0
    ? ''
    : `, and turn ${all.map(([flip, count]) => `${plural(count, 'image')} ${flip}`).join(', ')}`
}

function adoptCommand(context: CliContext): Command {
  const command = new Command('adopt')
    .summary('adopt a state that was held back')
    .description(
      'Adopts the state of a feed that was held back (tallyman feed status shows why). It is read again; if it is not what ' +
        'was held back, it is held back anew. A server does so within seconds.',
    )
    .argument('<name>', 'the feed')
    .requiredOption('--force', 'yes, in spite of the reasons')
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(async (feed: string, options: ServerChoice & UpdateOptions) => {
    const { server, token } = await chooseServer(options, context)
    if (server === null) return update(adoptOf(feed), options, context)
    const held = await withServer({ server, token }, context, (client) => client.adoptFeed(feed))
    await print(context, options.output === 'json' ? json(held) : `the server will adopt the state of ${feed} now\n`)
  })
  return examples(command, [['I looked, it is right', 'tallyman feed adopt osv --force']])
}

function diffCommand(context: CliContext): Command {
  const command = new Command('diff')
    .summary('what changed between two snapshots')
    .description(
      'Lists the records that are others at snapshot B than at snapshot A: added, changed, withdrawn, removed.',
    )
    .argument('<a>', 'number of the earlier snapshot; 0 is before the first', snapshotNumber)
    .argument('<b>', 'number of the later one', snapshotNumber)
    .option('--feed <name>', 'of this feed only')
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(
    async (from: number, to: number, options: ServerChoice & { output: Format; feed?: string }) => {
      const filter = { from, to, ...(options.feed !== undefined && { feed: options.feed }) }
      const { items } = await inquire(options, context, (inquiry) =>
        follow({ limit: 1, all: true }, (page) => inquiry.feedDiff(filter, page)),
      )
      await print(context, options.output === 'json' ? json({ from, to, items }) : describeDiff(items, context))
    },
  )
  return examples(command, [
    ['what did the last one bring?', 'tallyman feed diff 6 7'],
    ['for a script', 'tallyman feed diff 6 7 --feed osv -o json'],
  ])
}

function snapshotNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write the number of a snapshot.')
  return Number(text)
}

function describeDiff(items: readonly FeedDifference[], context: CliContext): string {
  if (items.length === 0) return 'no record is another\n'
  const { paint, width } = reportView(context)
  const counts = feedChanges.map((change) => `${items.filter((item) => item.change === change).length} ${change}`)
  return `${table(items, differenceColumns, { paint, width })}\n${counts.join(', ')}\n`
}

const feedChanges = ['added', 'changed', 'withdrawn', 'removed'] as const

type Update = (progress: Progress, configFile: string | null, context: CliContext) => Promise<FeedUpdate>

const syncOf =
  (directory: string | null, force: boolean): Update =>
  (progress, configFile, { actions, io: { signal } }) =>
    actions.syncFeeds({ directory, force, configFile, progress, signal })

const adoptOf =
  (feed: string): Update =>
  (_, configFile, { actions, io: { signal } }) =>
    actions.adoptFeed({ feed, configFile, signal })

async function update(work: Update, { config, output }: UpdateOptions, context: CliContext): Promise<void> {
  const { io } = context
  const result = await withProgress(io.stderr, (progress) => work(progress, config ?? null, context))
  for (const { feed, error } of result.failed) await write(io.stderr, safeText(`${feed}: ${error}`) + '\n')
  for (const candidate of result.held) await write(io.stderr, describeHeld(candidate))
  if (result.failed.length + result.held.length > 0) return context.exitWith(exitCodes.error)
  await print(context, output === 'json' ? json(result) : describeUpdate(result))
}

function describeHeld({ feed, reasons, effect }: FeedCandidate): string {
  const lines = reasons.map((reason) => `  - ${safeText(reason)}\n`).join('')
  const tried = effect ? `  adopting it would ${describeEffect(effect)}${describeFlips(effect)}\n` : ''
  return `${safeText(feed)}: a new state is held back, the last one stays in force\n${lines}${tried}  look, then: tallyman feed adopt ${safeText(feed)} --force (imports: import it again with --force)\n`
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

const nothingYet = 'there is no vulnerability data yet; read some: tallyman feed sync, or tallyman feed import PATH\n'

function describeStatus(
  { snapshot, adoptedAt, stale, feeds, held, health, unread }: FeedStatus,
  context: CliContext,
): string {
  const troubles = [
    ...held.map(describeHeld),
    ...health.flatMap(({ feed, failingSince, error }) =>
      failingSince === null || error === null
        ? []
        : [`${safeText(feed)}: could not be read since ${failingSince}: ${safeText(error)}\n`],
    ),
    ...unread.map(({ feed, locations, inForce }) =>
      safeLines(
        `${feed}: in force is what was read from ${inForce}; ${locations.join(' or ')} was not read since (tallyman feed sync)\n`,
      ),
    ),
  ].join('')
  if (snapshot === null || adoptedAt === null) {
    return `${troubles}${nothingYet}`
  }
  const { paint, now, width } = reportView(context)
  const age = stale ? paint('yellow', ', stale') : ''
  const problems = feeds.flatMap(({ name, problems }) =>
    problems.map((problem) => `  - ${name}: ${safeText(problem)}\n`),
  )
  const broken = problems.length > 0 ? `Not understood\n${problems.join('')}` : ''
  return `snapshot ${snapshot}, adopted ${ago(adoptedAt, now)}${age}\n${table(feeds, feedColumns(now), { paint, width })}${broken}${troubles}`
}
