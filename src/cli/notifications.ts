import { Command, Option } from 'commander'
import type { NoticeFilter } from '../adapters/store/notice-records.ts'
import { print, type CliContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { listCommand } from './list-command.ts'
import { configOption, examples, outputOption, type Format } from './options.ts'
import { json } from './output/json.ts'
import { notificationColumns } from './output/notification-table.ts'

export function notificationsCommand(context: CliContext): Command {
  const command = new Command('notifications')
    .description(
      'Who was told of changes, and how their delivery went. Targets are declared under `notifications` in the configuration.',
    )
    .summary('who was told of changes, and whether they heard it')
    .addCommand(logCommand(context))
    .addCommand(testCommand(context))
  return examples(command, [
    ['what did not arrive?', 'tallyman notifications list --status failed'],
    ['is the address right?', 'tallyman notifications test security-team'],
  ])
}

function logCommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('the delivery log')
    .description('Lists notifications with how their delivery went, newest first.')
    .option('--rule <name>', 'of this entry of `notifications` in the configuration')
    .addOption(new Option('--status <status>', 'with this status').choices(['pending', 'done', 'failed']))
  listCommand(command, context, {
    noun: 'notification',
    filters: ['rule', 'status'],
    ask: (inquiry, filter: NoticeFilter, page) => inquiry.notifications(filter, page),
    columns: notificationColumns,
  })
  return examples(command, [['what did not arrive?', 'tallyman notifications list --status failed']])
}

function testCommand(context: CliContext): Command {
  const { actions, io } = context
  const command = new Command('test')
    .summary('send a sample to one target')
    .description(
      'Sends a notification that is marked as a test to one target of the configuration, once. Exit code: 0 it was taken, 1 it was not.',
    )
    .argument('<name>', 'of an entry of `notifications` in the configuration')
    .addOption(outputOption())
    .addOption(configOption())
    .action(async (name: string, { config, output }: { config?: string; output: Format }) => {
      const { status, error } = await actions.testNotification({
        rule: name,
        configFile: config ?? null,
        signal: io.signal,
      })
      if (error !== null) context.exitWith(exitCodes.fail)
      if (output === 'json') return print(context, json({ rule: name, response: status, error }))
      return print(
        context,
        error === null ? `${name} took it: HTTP ${status}\n` : `${name} did not take it: ${error}\n`,
      )
    })
  return examples(command, [['is the address right?', 'tallyman notifications test security-team']])
}
