import { Command } from 'commander'
import { TallymanError } from '../errors.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { inquire, type PageChoice } from './inquiry.ts'
import { configOption, examples, outputOption, pageOptions, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { deadJobColumns, laneColumns } from './output/list-tables.ts'
import { plural } from './output/quantities.ts'
import { table } from './output/table.ts'
import { followJobs } from './follow-jobs.ts'

export function jobsCommand(context: CliContext): Command {
  const command = new Command('jobs')
    .summary('the queue: how much waits, and the jobs that failed for good')
    .description('The queue: how much waits in each lane, and the jobs that failed for good and can be put back.')
    .addCommand(listCommand(context))
    .addCommand(replayCommand(context))
  return examples(command, [
    ['what waits, and what went wrong?', 'tallyman jobs list'],
    ['try again what failed for good', 'tallyman jobs replay --all'],
  ])
}

function listCommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('the lanes and the dead jobs')
    .description('Shows how much waits in each lane, and the dead jobs with their errors, newest first.')
    .addOption(outputOption())
    .addOption(configOption())
  pageOptions(serverOptions(command)).action(async (options: ServerChoice & PageChoice & { output: Format }) => {
    const jobs = await inquire(options, context, (inquiry) => followJobs(options, inquiry))
    if (options.output === 'json') return print(context, json(jobs))
    const { paint, now, width } = reportView(context)
    const lanes = table(jobs.depth, laneColumns, { paint, width })
    const dead = jobs.items.length > 0 ? `\n${table(jobs.items, deadJobColumns(now), { paint, width })}` : ''
    const more = jobs.next === null ? '' : `; there are more: --all, or go on with --cursor ${jobs.next}`
    return print(context, `${lanes}${dead}${plural(jobs.items.length, 'dead job')}${more}\n`)
  })
  return examples(command, [['what went wrong?', 'tallyman jobs list']])
}

function replayCommand(context: CliContext): Command {
  const command = new Command('replay')
    .summary('put dead jobs back into their lanes')
    .description('Puts dead jobs back into their lanes with a fresh count of attempts.')
    .argument('[ids...]', 'of `jobs list`')
    .option('--all', 'every dead job')
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(
    async (ids: readonly string[], options: ServerChoice & { all?: true; output: Format }) => {
      if ((ids.length === 0) === (options.all === undefined)) {
        throw new TallymanError('USAGE', 'name the ids of dead jobs, or --all')
      }
      const replayed = await inquire(options, context, (inquiry) => inquiry.replay(options.all ? 'all' : ids))
      await print(context, options.output === 'json' ? json({ replayed }) : `${plural(replayed, 'job')} put back\n`)
    },
  )
  return examples(command, [['after the cause is gone', 'tallyman jobs replay --all']])
}
