import { Command, InvalidArgumentError } from 'commander'
import { parsePlatform } from '../core/image/platform.ts'
import type { Explanation } from '../core/report/explanation.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import { TallymanError } from '../errors.ts'
import { explainVulnerability } from '../flows/explain-vulnerability.ts'
import type { ScanTarget } from './actions.ts'
import { print, reportView, type CliContext } from './context.ts'
import { exitCodeOf } from './exit-code.ts'
import { withProgress } from './io.ts'
import {
  configOption,
  examples,
  reportOutputOption,
  verdictExitCodes,
  wholeNumber,
  type Format,
  type ReportFormat,
} from './options.ts'
import { json } from './output/json.ts'
import { renderExplanations } from './output/explanation-text.ts'
import { renderForTools } from './output/render-for-tools.ts'
import { renderReport } from './output/report-table.ts'

interface Options {
  readonly layout?: string
  readonly archive?: string
  readonly feed?: string
  readonly policy?: string
  readonly platform?: string
  readonly plainHttp?: boolean
  readonly output: ReportFormat
  readonly limit?: number
  readonly explain?: string
  readonly config?: string
}

export function scanCommand(context: CliContext): Command {
  const command = new Command('scan')
    .summary('scan an image here and now')
    .description(
      'Scans an image and prints its report: findings, checks and secrets, what the policy makes of each, and the verdict. Needs no server.',
    )
    .argument('[image]', 'host/repository[:tag][@digest]')
    .option('--layout <dir[:tag]>', 'an OCI image layout instead of a registry')
    .option('--archive <file>', 'a docker or OCI archive instead of a registry')
    .option('--feed <dir|none>', 'an OSV folder to read first, or none (default: what the store holds)')
    .option('--policy <file>', 'policy to judge by (default: the configured one)')
    .option('--platform <os/arch|all>', 'one platform of an index (default: all)', platform)
    .option('--plain-http', 'speak HTTP to a registry that the configuration does not declare')
    .option('--limit <n>', 'findings to show in the table (default: all)', wholeNumber)
    .option('--explain <id>', 'say why the image has, or does not have, this vulnerability, instead of the report')
    .addOption(reportOutputOption())
    .addOption(configOption())
    .action(async (image: string | undefined, options: Options) => {
      const { feed } = options
      if (options.explain !== undefined) explanationFormat(options)
      const report = await withProgress(context.io.stderr, (progress) =>
        context.actions.scan({
          target: scanTarget(image, options),
          feed: feed === undefined ? null : feed === 'none' ? 'none' : { directory: feed },
          policyFile: options.policy ?? null,
          platform: options.platform ?? null,
          configFile: options.config ?? null,
          progress,
          signal: context.io.signal,
        }),
      )
      context.exitWith(exitCodeOf(report.verdict.outcome))
      if (options.explain !== undefined) return explain(report, options.explain, options, context)
      await print(context, rendered(report, options, context))
    })
  return examples(verdictExitCodes(command), [
    ['an image in a registry', 'tallyman scan registry.example/team/app:1.4'],
    ['an OCI layout, with vulnerability data of a folder', 'tallyman scan --layout ./build/app:latest --feed ./osv'],
    ['one platform, as JSON', 'tallyman scan registry.example/team/app:1.4 --platform linux/arm64 -o json'],
    ['why it has a vulnerability', 'tallyman scan registry.example/team/app:1.4 --explain CVE-2024-0001'],
    ['for GitHub code scanning', 'tallyman scan registry.example/team/app:1.4 -o sarif > tallyman.sarif'],
    ['for the test report of GitLab or Jenkins', 'tallyman scan registry.example/team/app:1.4 -o junit > tallyman.xml'],
    ['a saved image, by a policy of your own', 'tallyman scan --archive app.tar --policy strict.yaml'],
  ])
}

function rendered(report: Report | IndexReport, { output, limit }: Options, context: CliContext): string {
  switch (output) {
    case 'json':
      return json(report)
    case 'table':
      return renderReport(report, reportView(context, limit))
    case 'sarif':
    case 'junit':
      return renderForTools(output, report)
  }
}

/** The scan is in the local store now, with everything that the explanation needs. */
async function explain(report: Report | IndexReport, id: string, options: Options, context: CliContext): Promise<void> {
  const images = report.schema === 'tallyman.report/v1' ? [report] : report.images
  const explanations = await context.actions.withLocal(options.config ?? null, async (local) => {
    const found: Explanation[] = []
    for (const { image } of images) found.push(await explainVulnerability(image.digest, id, local))
    return found
  })
  await print(context, renderExplanations(explanations, explanationFormat(options), reportView(context)))
}

/** USAGE where there is nothing to explain, or no way to print it: asked before the scan, which takes its time. */
function explanationFormat({ output, feed }: Options): Format {
  if (feed === 'none')
    throw new TallymanError('USAGE', 'with --feed none nothing is matched, so nothing can be explained')
  if (output === 'table' || output === 'json') return output
  throw new TallymanError('USAGE', `an explanation is printed as table or json, not as ${output}`)
}

/** Exactly one of the three ways to name an image. */
function scanTarget(image: string | undefined, { layout, archive, plainHttp = false }: Options): ScanTarget {
  if ([image, layout, archive].filter((given) => given !== undefined).length !== 1) {
    throw new TallymanError('USAGE', 'name one image: a reference, --layout DIR[:tag] or --archive FILE')
  }
  if (archive !== undefined) return { kind: 'archive', file: archive }
  if (layout === undefined) return { kind: 'registry', reference: image ?? '', plainHttp }
  // What follows the last colon or at sign is a tag or a digest, unless it has a slash: then it is part of the path.
  const {
    directory = layout,
    digest,
    tag,
  } = /^(?<directory>.+?)(?:@(?<digest>sha256:[0-9a-f]{64})|:(?<tag>\w[\w.-]{0,127}))$/.exec(layout)?.groups ?? {}
  return { kind: 'layout', directory, tag: digest ?? tag ?? null }
}

function platform(text: string): string {
  if (text === 'all' || parsePlatform(text)) return text
  throw new InvalidArgumentError('write os/arch[/variant], linux/arm64, or all.')
}
