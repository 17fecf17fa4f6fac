import { Command, InvalidArgumentError } from 'commander'
import { roles, type Role } from './actions.ts'
import type { CliContext } from './context.ts'
import { configOption, examples } from './options.ts'

export function serveCommand({ actions, io }: CliContext): Command {
  const command = new Command('serve')
    .summary('run the server: API, webhooks, worker and feed updates')
    .description('Runs the server until it is stopped. Logs go to stderr, one JSON object a line.')
    .addOption(configOption())
    .option('--roles <roles>', 'only some of api, worker, feeds (default: all of them)', roleList)
    .action(async ({ config, roles }: { config?: string; roles?: readonly Role[] }) => {
      await actions.serve({ configFile: config ?? null, roles: roles ?? null, signal: io.signal })
    })
  return examples(command, [
    ['everything in one process', 'tallyman serve --config tallyman.yaml'],
    ['one more worker beside it', 'tallyman serve --config tallyman.yaml --roles worker'],
  ])
}

function roleList(text: string): readonly Role[] {
  return text.split(',').map((name) => {
    const role = roles.find((each) => each === name.trim())
    if (!role) throw new InvalidArgumentError(`write some of ${roles.join(', ')}, with commas between them.`)
    return role
  })
}
