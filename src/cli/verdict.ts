import { Command } from 'commander'
import type { Digest } from '../core/image/digest.ts'
import type { Report } from '../core/report/report.ts'
import type { VerdictAnswer } from '../flows/answer-verdict.ts'
import { chooseServer, print, reportView, withServer, type CliContext, type ServerChoice } from './context.ts'
import { exitCodeOf } from './exit-code.ts'
import { withProgress } from './io.ts'
import {
  configOption,
  duration,
  examples,
  outputOption,
  serverOptions,
  verdictExitCodes,
  wholeNumber,
  type Format,
} from './options.ts'
import { json } from './output/json.ts'
import { renderVerdict } from './output/verdict-table.ts'
import type { ServerClient } from './server-client.ts'
import { waitForVerdict } from './wait-for-verdict.ts'

interface Options extends ServerChoice {
  readonly wait: number
  readonly limit?: number
  readonly output: Format
}

export function verdictCommand(context: CliContext): Command {
  const command = new Command('verdict')
    .summary('ask a server for the verdict on an image: the gate for CI')
    .description(
      'Asks a running server for the verdict on an image. An image that is not scanned yet ends in exit code 3, or is waited for.',
    )
    .argument('<image>', 'host/repository[:tag][@digest]; in CI the digest, which no later push can change')
    .option('--wait <duration>', 'wait so long for a verdict, 5m; a scan is asked for if need be', duration, 0)
    .option('--limit <n>', 'findings to show in the table (default: all)', wholeNumber)
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(async (image: string, options: Options) => {
    const { server, token, settings } = await chooseServer(options, context)
    const text = await withServer({ server: server ?? settings.defaultServer, token }, context, async (client) => {
      const answer = await withProgress(context.io.stderr, (progress) =>
        waitForVerdict(image, client, { seconds: options.wait, progress, signal: context.io.signal }),
      )
      context.exitWith(exitCodeOf(answer.outcome))
      if (options.output === 'json') return json(answer)
      return renderVerdict(answer, await reports(answer, client), reportView(context, options.limit))
    })
    await print(context, text)
  })
  return examples(verdictExitCodes(command), [
    ['after a push in CI', 'tallyman verdict registry.example/team/app@sha256:… --wait 5m'],
    [
      'another server, with a token',
      'TALLYMAN_TOKEN=… tallyman verdict registry.example/team/app:1.4 --server https://tallyman.example',
    ],
    ['for a script', 'tallyman verdict registry.example/team/app:1.4 -o json'],
  ])
}

/** The reports behind the verdicts: the table shows the findings, not only how many there are. */
async function reports({ images }: VerdictAnswer, client: ServerClient): Promise<ReadonlyMap<Digest, Report>> {
  const found = new Map<Digest, Report>()
  for (const { digest, verdict } of images) {
    const report = verdict ? await client.report(digest) : undefined
    if (report?.schema === 'tallyman.report/v1') found.set(digest, report)
  }
  return found
}
