import { Command, CommanderError } from 'commander'
import { asTallymanError } from '../errors.ts'
import type { CliActions } from './actions.ts'
import { basesCommand } from './bases.ts'
import { changesCommand } from './changes.ts'
import { checksCommand } from './checks.ts'
import { configCommand } from './config.ts'
import type { CliContext } from './context.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import { exceptionsCommand } from './exceptions.ts'
import { explainCommand } from './explain.ts'
import { feedCommand } from './feed.ts'
import { historyCommand } from './history.ts'
import { imagesCommand } from './images.ts'
import { painter, tolerateBrokenPipe, write, type CliIo } from './io.ts'
import { jobsCommand } from './jobs.ts'
import { migrateCommand } from './migrate.ts'
import { examples } from './options.ts'
import { safeLines } from './output/safe-text.ts'
import { notificationsCommand } from './notifications.ts'
import { packagesCommand } from './packages.ts'
import { policyCommand } from './policy.ts'
import { registryCommand } from './registry.ts'
import { scanCommand } from './scan.ts'
import { serveCommand } from './serve.ts'
import { syncCommand } from './sync.ts'
import { terminal } from './terminal.ts'
import { verdictCommand } from './verdict.ts'
import { versionCommand } from './version.ts'
import { vulnerabilitiesCommand } from './vulnerabilities.ts'

/** Runs one command line (without `node` and the script) to its end; the exit code is for the caller to set. */
export async function runCli(argv: readonly string[], actions: CliActions, io: CliIo = terminal()): Promise<ExitCode> {
  tolerateBrokenPipe(io.stdout)
  tolerateBrokenPipe(io.stderr)
  let exitCode: ExitCode = exitCodes.ok
  const program = buildProgram({ actions, io, exitWith: (code) => (exitCode = code) })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    return reportError(error, io)
  }
}

export function buildProgram(context: CliContext): Command {
  const program = new Command('tallyman')
    .description('The verdict on every image in your registries, and why.')
    .version(context.actions.version, '-V, --version', 'print the version')
    .addCommand(serveCommand(context))
    .addCommand(scanCommand(context))
    .addCommand(verdictCommand(context))
    .addCommand(imagesCommand(context))
    .addCommand(basesCommand(context))
    .addCommand(packagesCommand(context))
    .addCommand(vulnerabilitiesCommand(context))
    .addCommand(explainCommand(context))
    .addCommand(changesCommand(context))
    .addCommand(historyCommand(context))
    .addCommand(checksCommand(context))
    .addCommand(feedCommand(context))
    .addCommand(policyCommand(context))
    .addCommand(exceptionsCommand(context))
    .addCommand(registryCommand(context))
    .addCommand(syncCommand(context))
    .addCommand(jobsCommand(context))
    .addCommand(notificationsCommand(context))
    .addCommand(migrateCommand(context))
    .addCommand(configCommand(context))
    .addCommand(versionCommand(context))
  examples(program, [
    ['run it', 'tallyman serve --config tallyman.yaml'],
    ['scan one image without a server', 'tallyman scan registry.example/team/app:1.4'],
    ['the gate in CI', 'tallyman verdict registry.example/team/app@sha256:… --wait 5m'],
  ])
  prepare(program, context)
  return program
}

/** Commander would end the process and write where it likes; settings are not inherited, so every command gets them. */
function prepare(command: Command, context: CliContext): void {
  const { io } = context
  command.exitOverride()
  command.showHelpAfterError(`(${commandPath(command)} --help says more)`)
  command.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
    outputError: (text, print) => print(`${safeLines(text.trimEnd())}\n`),
  })
  for (const child of command.commands) prepare(child, context)
}

function commandPath(command: Command): string {
  return command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name()
}

async function reportError(thrown: unknown, io: CliIo): Promise<ExitCode> {
  const error = asTallymanError(thrown)
  const paint = painter(io.stderr)
  await write(io.stderr, `${paint('red', 'error:')} ${safeLines(error.message)} [${error.code}]\n`)
  return error.code === 'USAGE' ? exitCodes.usage : exitCodes.error
}
