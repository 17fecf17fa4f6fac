import { Command } from 'commander'
import type { Explanation } from '../core/report/explanation.ts'
import { explainVulnerability } from '../flows/explain-vulnerability.ts'
import type { Local } from './actions.ts'
import { chooseServer, print, reportView, withServer, type CliContext, type ServerChoice } from './context.ts'
import { configOption, examples, outputOption, serverOptions, type Format } from './options.ts'
import { localImage } from './local-image.ts'
import { renderExplanations } from './output/explanation-text.ts'
import type { ServerClient } from './server-client.ts'

interface Options extends ServerChoice {
  readonly output: Format
}

export function explainCommand(context: CliContext): Command {
  const command = new Command('explain')
    .summary('say why an image has, or does not have, a vulnerability')
    .description(
      'Shows every package that a record of the vulnerability names, the comparisons that decided, and where its severity is from. Asks a server where one is named, else the local store.',
    )
    .argument('<image>', 'digest, or as `tallyman images` lists it: registry/repository:tag')
    .argument('<vulnerability>', 'CVE, advisory or alias')
    .addOption(outputOption())
    .addOption(configOption())
  serverOptions(command).action(async (image: string, id: string, options: Options) => {
    const { server, token } = await chooseServer(options, context)
    const explanations =
      server === null
        ? await context.actions.withLocal(options.config ?? null, (local) => fromStore(image, id, local))
        : await withServer({ server, token }, context, (client) => fromServer(image, id, client))
    await print(context, renderExplanations(explanations, options.output, reportView(context)))
  })
  return examples(command, [
    ['why is this one in the report?', 'tallyman explain sha256:… CVE-2024-0001'],
    ['and why not in that one?', 'tallyman explain hub/team/app:1.5 CVE-2024-0001 --server https://tallyman.example'],
  ])
}

async function fromServer(image: string, id: string, client: ServerClient): Promise<Explanation[]> {
  const { images } = await client.verdict(image)
  const explanations: Explanation[] = []
  for (const { digest, verdict } of images) if (verdict) explanations.push(await client.explanation(digest, id))
  return explanations
}

async function fromStore(image: string, id: string, { store }: Local): Promise<Explanation[]> {
  const digest = await localImage(image, store)
  const index = await store.images.index(digest)
  const digests = index ? index.children.map((child) => child.digest) : [digest]
  const explanations: Explanation[] = []
  for (const one of digests) {
    // Of an index, other platforms may not have been scanned.
    if (index && !(await store.images.get(one))) continue
    explanations.push(await explainVulnerability(one, id, { store }))
  }
  return explanations
}
