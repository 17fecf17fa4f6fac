import { Command, InvalidArgumentError } from 'commander'
import type { ChangeFilter } from '../adapters/store/reevaluation-records.ts'
import type { CliContext } from './context.ts'
import { listCommand } from './list-command.ts'
import { duration, examples, outcomeOption } from './options.ts'
import { changeColumns } from './output/list-tables.ts'

export function changesCommand(context: CliContext): Command {
  const { now = () => new Date() } = context.io
  const command = new Command('changes')
    .summary('list verdicts that changed, and why')
    .description(
      'Lists verdicts that changed, newest first, with what they were before and the cause. Asks a server where one is named, else the local store.',
    )
    .option('--since <time>', 'that time and later: 1d, 12h, or RFC 3339 (default: 1d)', (text) => moment(text, now()))
    .addOption(outcomeOption('that became this'))
  listCommand(command, context, {
    noun: 'change',
    filters: ['since', 'outcome'],
    ask: (inquiry, filter: Partial<ChangeFilter>, page) =>
      inquiry.changes({ ...filter, since: filter.since ?? moment('1d', now()) }, page),
    columns: changeColumns,
  })
  return examples(command, [
    ['what changed since yesterday?', 'tallyman changes'],
    ['what fails since Monday’s feeds?', 'tallyman changes --since 2026-05-04T06:00:00Z --outcome fail'],
  ])
}

/** A time ago, or a point in time, as RFC 3339 in UTC. */
function moment(text: string, now: Date): string {
  const days = /^(?<days>\d{1,4})d$/.exec(text)?.groups?.['days']
  if (days !== undefined) return new Date(now.getTime() - Number(days) * 86_400_000).toISOString()
  if (/^\d+[smh]?$/.test(text)) return new Date(now.getTime() - duration(text) * 1_000).toISOString()
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('write 1d, 12h or 2026-05-04T06:00:00Z.')
  return at.toISOString()
}
