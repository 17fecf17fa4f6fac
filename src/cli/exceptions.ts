import { Command, Option } from 'commander'
import { importers } from '../core/policy/imports/importers.ts'
import {
  exceptionStates,
  type ExceptionQuery,
  type ImportSummary,
  type ListedException,
} from '../flows/change-exceptions.ts'
import { print, reportView, type CliContext, type ServerChoice } from './context.ts'
import { nameIn, orMistakes, readText } from './document-file.ts'
import { exitCodes } from './exit-code.ts'
import { follow, type PageChoice } from './inquiry.ts'
import { write } from './io.ts'
import { configOption, examples, outputOption, pageOptions, serverOptions, type Format } from './options.ts'
import { json } from './output/json.ts'
import { plural } from './output/quantities.ts'
import { exceptedBy, exceptionColumns } from './output/rule-tables.ts'
import { scopeText } from './output/policy-text.ts'
import { safeText } from './output/safe-text.ts'
import { fields, table } from './output/table.ts'
import { onRules, type RuleBook } from './rule-book.ts'
import type { ImportRequest } from './server-client.ts'

type Options = ServerChoice & { readonly output: Format }

export function exceptionsCommand(context: CliContext): Command {
  const command = new Command('exceptions')
    .summary('permissions that end: what is excepted, where, why and until when')
    .description(
      'Exceptions take findings, checks and secrets out of verdicts: of some images, for a reason, until a day. They stay visible in every report.',
    )
    .addCommand(listSubcommand(context))
    .addCommand(showCommand(context))
    .addCommand(addCommand(context))
    .addCommand(approveCommand(context))
    .addCommand(endCommand(context))
    .addCommand(importCommand(context))
    .addCommand(exportCommand(context))
  return examples(command, [
    ['what ends soon?', 'tallyman exceptions list --state expiring'],
    ['except a vulnerability', 'tallyman exceptions add openssl.yaml'],
  ])
}

function listSubcommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('exceptions by name')
    .description('Lists exceptions with what they are now: active, pending (not approved or not begun), ended.')
    .addOption(
      new Option('--state <state>', 'only these; expiring: active, and over soon').choices([...exceptionStates]),
    )
  pageOptions(common(command)).action(async (options: Options & PageChoice & ExceptionQuery) => {
    const query = options.state === undefined ? {} : { state: options.state }
    const page = await onRules(options, context, (rules) =>
      follow(options, (request) => rules.exceptions(query, request)),
    )
    if (options.output === 'json') return print(context, json(page))
    const { paint, width } = reportView(context)
    const rows = page.items.length > 0 ? table(page.items, exceptionColumns(), { paint, width }) : ''
    const more = page.next === null ? '' : `; there are more: --all, or go on with --cursor ${page.next}`
    return print(context, `${rows}${plural(page.items.length, 'exception')}${more}\n`)
  })
  return examples(command, [['who has to look at something?', 'tallyman exceptions list --state pending']])
}

function showCommand(context: CliContext): Command {
  const command = new Command('show')
    .summary('one exception')
    .description('Shows what is excepted, where, why, by whom and until when, and whether it is in force.')
    .argument('<name>', 'of the exception')
  common(command).action((name: string, options: Options) => show(options, context, (rules) => rules.exception(name)))
  return examples(command, [['why is this finding suppressed?', 'tallyman exceptions show openssl']])
}

function addCommand(context: CliContext): Command {
  const command = new Command('add')
    .summary('put an exception document in force')
    .description(
      'Puts an exception document in force, in place of the one of its name, or in wait for its approval where that is ' +
        'required. Exit code: 0 done, 1 the document has a mistake (line and column on stderr).',
    )
    .argument('<file>', 'YAML or JSON (docs/exceptions.md)')
  common(command).action(async (file: string, options: Options) => {
    const document = await readText(file)
    await orMistakes(file, context, () =>
      show(options, context, (rules) => rules.putException(nameIn(document, 'exception'), document)),
    )
  })
  return examples(command, [['except a vulnerability', 'tallyman exceptions add openssl.yaml']])
}

function approveCommand(context: CliContext): Command {
  const command = new Command('approve')
    .summary('let an exception begin')
    .description(
      'Approves an exception that waits for it: it is in force from then on, or from the day on which it begins.',
    )
    .argument('<name>', 'of the exception')
    .requiredOption('--by <who>', 'who approves it; not its owner')
    .option('--seen <time>', 'the `updated` that `show` printed: one that was changed since is not approved')
  common(command).action((name: string, { by, seen, ...options }: Options & { by: string; seen?: string }) =>
    show(options, context, (rules) => rules.approveException(name, { by, seen })),
  )
  return examples(command, [['I looked at it', 'tallyman exceptions approve openssl --by security@example.com']])
}

function endCommand(context: CliContext): Command {
  const command = new Command('end')
    .summary('end an exception now')
    .description('Ends an exception before its time. It stays in the store.')
    .argument('<name>', 'of the exception')
  common(command).action((name: string, options: Options) =>
    show(options, context, (rules) => rules.endException(name)),
  )
  return examples(command, [['it is mended', 'tallyman exceptions end openssl']])
}

function importCommand(context: CliContext): Command {
  const command = new Command('import')
    .summary('take over another tool’s file')
    .description(
      'Makes exceptions of another tool’s file. Say where they hold by --everywhere or by one or more of --registry, --repository, --tag, --platform and --base. What the file says more narrowly than an exception can is not taken over, but listed with the reason. ' +
        'Exit code: 0 done, 1 nothing of it was taken over.',
    )
    .argument('<file>', 'the file')
    .addOption(
      new Option('--format <format>', 'of the file').choices(importers.map(({ name }) => name)).makeOptionMandatory(),
    )
    .requiredOption('--owner <who>', 'who answers for them')
    .option('--reason <text>', 'of those that give none')
    .option('--until <time>', 'end of those that have none, and the latest for all: a date or RFC 3339 time')
    .option('--name <prefix>', 'what their names begin with (default: the format)')
    .option('--everywhere', 'they hold for every image')
    .option('--registry <patterns>', 'they hold in these registries, comma-separated')
    .option('--repository <patterns>', 'in these repositories')
    .option('--tag <patterns>', 'for these tags')
    .option('--platform <patterns>', 'for these platforms')
    .option('--base <patterns>', 'for images on these bases')
    .option('--dry-run', 'only tell what would become of it')
  common(command).action(async (file: string, options: Options & Omit<ImportRequest, 'dryRun'> & { dryRun?: true }) => {
    const text = await readText(file)
    const { format, owner, reason, until, name, everywhere, registry, repository, tag, platform, base } = options
    const where = { everywhere, registry, repository, tag, platform, base }
    const request = { format, owner, reason, until, name, ...where, dryRun: options.dryRun === true }
    const summary = await onRules(options, context, (rules) => rules.importExceptions(text, request))
    if (summary.exceptions.length === 0 && summary.dropped.length > 0) context.exitWith(exitCodes.fail)
    await print(context, options.output === 'json' ? json(summary) : describeImport(summary, request.dryRun, context))
  })
  return examples(command, [
    [
      'what would become of it?',
      'tallyman exceptions import .trivyignore --format trivyignore --owner team-web --until 2027-01-01 --repository "team/*" --dry-run',
    ],
    [
      'a supplier’s statements',
      'tallyman exceptions import vendor.openvex.json --format openvex --owner security --everywhere',
    ],
  ])
}

function exportCommand(context: CliContext): Command {
  const command = new Command('export')
    .summary('write the exceptions in force as OpenVEX')
    .description(
      'Writes the exceptions in force as an OpenVEX 0.2.0 document, or with --image what decides nothing in that image. ' +
        'Exceptions that OpenVEX cannot say (a pattern is no product) are named on stderr.',
    )
    .option('--image <image>', 'what decides nothing in this image, a digest or registry/repository:tag')
    .option('--author <who>', 'who says so', 'tallyman')
    .addOption(configOption())
  serverOptions(command).action(async (options: ServerChoice & { image?: string; author: string }) => {
    const { document, leftOut } = await onRules(options, context, (rules) =>
      rules.exportExceptions(options.author, options.image ?? null),
    )
    if (leftOut !== null)
      await write(context.io.stderr, `not in it, as OpenVEX cannot say them: ${safeText(leftOut)}\n`)
    await print(context, json(document))
  })
  return examples(command, [
    ['for other scanners', 'tallyman exceptions export --author security@example.com > exceptions.openvex.json'],
    ['for one image', 'tallyman exceptions export --image hub/team/app:1.4'],
  ])
}

function common(command: Command): Command {
  return serverOptions(command).addOption(outputOption()).addOption(configOption())
}

async function show(
  options: Options,
  context: CliContext,
  work: (rules: RuleBook) => Promise<ListedException>,
): Promise<void> {
  const exception = await onRules(options, context, work)
  await print(context, options.output === 'json' ? json(exception) : describe(exception, context))
}

function describe(exception: ListedException, context: CliContext): string {
  const { id, state, packages, scopes, reason, owner, from, until, approvedBy, by, status, endedAt, updatedAt } =
    exception
  const where = scopes.length === 0 ? 'everywhere' : scopes.map(scopeText).join('; or ')
  return fields(
    [
      ['exception', id],
      ['state', state],
      ['excepts', exceptedBy(exception)],
      ...(packages.length > 0 ? [['in packages', packages.join(', ')] as const] : []),
      ['where', where],
      ['reason', reason],
      ['owner', owner],
      ['updated', updatedAt],
      ['from', from],
      ['until', endedAt === null ? (until ?? 'for ever') : `${endedAt} (ended)`],
      ['approved by', approvedBy ?? 'nobody yet'],
      ...(by === 'vex' ? [['VEX', status ?? ''] as const] : []),
    ],
    reportView(context).paint,
  )
}

function describeImport({ exceptions, dropped }: ImportSummary, dryRun: boolean, context: CliContext): string {
  const { paint, width } = reportView(context)
  const rows = exceptions.length > 0 ? table(exceptions, exceptionColumns(), { paint, width }) : ''
  const left = dropped.map(({ what, why }) => `not taken over: ${safeText(`${what}: ${why}`)}\n`).join('')
  const done = dryRun ? 'would be put' : 'put'
  return `${rows}${left}${plural(exceptions.length, 'exception')} ${done}, ${plural(dropped.length, 'entry', 'entries')} not taken over\n`
}
