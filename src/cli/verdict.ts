import { Command } from 'commander'
import type { Digest } from '../core/image/digest.ts'
import type { Unscanned } from '../core/report/platforms.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import type { VerdictAnswer } from '../flows/answer-verdict.ts'
import { TallymanError } from '../errors.ts'
import { chooseServer, print, reportView, withServer, type CliContext, type ServerChoice } from './context.ts'
import { exitCodeOf } from './exit-code.ts'
import { withProgress } from './io.ts'
import {
  configOption,
  duration,
  examples,
  reportOutputOption,
  serverOptions,
  verdictExitCodes,
  wholeNumber,
  type ReportFormat,
} from './options.ts'
import { renderAsOf } from './output/as-of-text.ts'
import { json } from './output/json.ts'
import { renderForTools } from './output/render-for-tools.ts'
import { renderVerdict } from './output/verdict-table.ts'
import type { ServerClient } from './server-client.ts'
import { waitForVerdict } from './wait-for-verdict.ts'

interface Options extends ServerChoice {
  readonly wait: number
  readonly limit?: number
  readonly at?: string
  readonly output: ReportFormat
}

export function verdictCommand(context: CliContext): Command {
  const command = new Command('verdict')
    .summary('ask a server for the verdict on an image: the gate for CI')
    .description(
      'Asks a running server for the verdict on an image, and prints the report of each platform, its verdict, why, and since when. An image that is not scanned yet ends in exit code 3, or is waited for.',
    )
    .argument('<image>', 'host/repository[:tag][@digest]; in CI the digest, which no later push can change')
    .option('--wait <duration>', 'wait so long for a verdict, 5m; a scan is asked for if need be', duration, 0)
    .option(
      '--at <when>',
      'what it was, and would have been, at a past time, on a date or at a snapshot: 2026-05-01, 12',
    )
    .option('--limit <n>', 'findings to show in the table (default: all)', wholeNumber)
    .addOption(reportOutputOption())
    .addOption(configOption())
  serverOptions(command).action(async (image: string, options: Options) => {
    const { server, token, settings } = await chooseServer(options, context)
    const text = await withServer({ server: server ?? settings.defaultServer, token }, context, async (client) => {
      if (options.at !== undefined) {
        if (options.output !== 'table' && options.output !== 'json')
          throw new TallymanError('USAGE', `with --at a verdict is printed as table or json, not as ${options.output}`)
        const past = await client.verdictAsOf(image, options.at)
        context.exitWith(exitCodeOf(past.outcome))
        return options.output === 'json' ? json(past) : renderAsOf(past, reportView(context))
      }
      const answer = await withProgress(context.io.stderr, (progress) =>
        waitForVerdict(image, client, { seconds: options.wait, progress, signal: context.io.signal }),
      )
      context.exitWith(exitCodeOf(answer.outcome))
      if (options.output === 'json') return json(answer)
      const found = await reports(answer, client)
      if (options.output === 'table') return renderVerdict(answer, found, reportView(context, options.limit))
      return renderForTools(options.output, wholeReport(answer, found), unscanned(answer, found))
    })
    await print(context, text)
  })
  return examples(verdictExitCodes(command), [
    ['after a push in CI', 'tallyman verdict registry.example/team/app@sha256:… --wait 5m'],
    [
      'another server, with a token',
      'TALLYMAN_TOKEN=… tallyman verdict registry.example/team/app:1.4 --server https://tallyman.example',
    ],
    ['for GitHub code scanning', 'tallyman verdict registry.example/team/app@sha256:… -o sarif > tallyman.sarif'],
    [
      'for the test report of GitLab or Jenkins',
      'tallyman verdict registry.example/team/app@sha256:… -o junit > tallyman.xml',
    ],
    ['for a script', 'tallyman verdict registry.example/team/app:1.4 -o json'],
    ['for an auditor', 'tallyman verdict registry.example/team/app:1.4 --at 2026-05-01'],
  ])
}

/** What the server would answer as the image's report, were every platform of it scanned. */
function wholeReport(
  { image, digest, outcome, policy, images }: VerdictAnswer,
  reports: ReadonlyMap<Digest, Report>,
): Report | IndexReport {
  const own = reports.get(digest)
  if (own) return own
  const scanned = images.map((each) => reports.get(each.digest)).filter((each) => each !== undefined)
  const verdict = { outcome, policy }
  return { schema: 'tallyman.index-report/v1', digest, reference: image, verdict, images: scanned }
}

function unscanned({ images }: VerdictAnswer, reports: ReadonlyMap<Digest, Report>): readonly Unscanned[] {
  return images.filter(({ digest }) => !reports.has(digest)).map(({ platform, digest }) => ({ platform, digest }))
}

/** The reports behind the verdicts: what is shown are the findings, not only how many there are. */
async function reports({ images }: VerdictAnswer, client: ServerClient): Promise<ReadonlyMap<Digest, Report>> {
  const found = new Map<Digest, Report>()
  for (const { digest, verdict } of images) {
    const report = verdict ? await client.report(digest) : undefined
    if (report?.schema === 'tallyman.report/v1') found.set(digest, report)
  }
  return found
}
