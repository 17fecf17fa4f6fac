import { Command } from 'commander'
import type { HistoryRecord, Page, PageRequest } from '../adapters/store/records.ts'
import type { Digest } from '../core/image/digest.ts'
import { replayVerdict, type Replay } from '../flows/replay-verdict.ts'
import type { Local } from './actions.ts'
import { chooseServer, print, reportView, withServer, type CliContext, type ServerChoice } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { follow, type PageChoice } from './inquiry.ts'
import { localImage } from './local-image.ts'
import { configOption, examples, outputOption, pageOptions, serverOptions, type Format } from './options.ts'
import { renderHistory, type ImageHistory } from './output/history-table.ts'
import type { ServerClient } from './server-client.ts'

interface Options extends ServerChoice, PageChoice {
  readonly replay?: true
  readonly output: Format
}

/** Where the history is: a server's, or the local store's. */
interface Archive {
  images(image: string): Promise<readonly Pick<ImageHistory, 'digest' | 'platform'>[]>
  history(digest: Digest, page: PageRequest): Promise<Page<HistoryRecord>>
  replayVerdict(digest: Digest, id: number): Promise<Replay>
}

export function historyCommand(context: CliContext): Command {
  const command = new Command('history')
    .summary('list what an image was judged to be, when and why')
    .description(
      'Lists the verdicts of an image, newest first, with the cause of each. Asks a server where one is named, else the local store.',
    )
    .argument('<image>', 'digest, or as `tallyman images` lists it: registry/repository:tag')
    .option('--replay', 'judge each again from what was kept of its making; exit code 1 if one is another then')
  pageOptions(serverOptions(command)).addOption(outputOption()).addOption(configOption())
  command.action(async (image: string, options: Options) => {
    const { server, token } = await chooseServer(options, context)
    const read = (archive: Archive) => historyOf(image, archive, options)
    const images =
      server === null
        ? await context.actions.withLocal(options.config ?? null, (local) => read(fromStore(local)))
        : await withServer({ server, token }, context, (client) => read(fromServer(client)))
    const replays = images.flatMap(({ items }) => items.flatMap(({ replay }) => replay ?? []))
    if (replays.some(({ result }) => result === 'different')) context.exitWith(exitCodes.fail)
    await print(context, renderHistory(images, options.output, reportView(context)))
  })
  return examples(command, [
    ['what was it judged to be, and why did that change?', 'tallyman history hub/team/app:1.4'],
    ['does every one of these verdicts follow from what is stored?', 'tallyman history sha256:… --replay --all'],
    ['what was it on the first of May?', 'tallyman verdict registry.example/team/app@sha256:… --at 2026-05-01'],
  ])
}

async function historyOf(image: string, archive: Archive, options: Options): Promise<ImageHistory[]> {
  const images: ImageHistory[] = []
  for (const found of await archive.images(image)) {
    const { items, next } = await follow(options, (page) => archive.history(found.digest, page))
    const rows = []
    for (const verdict of items) {
      const replay = options.replay ? await archive.replayVerdict(found.digest, verdict.id) : undefined
      rows.push({ verdict, ...(replay && { replay }) })
    }
    images.push({ ...found, items: rows, next })
  }
  return images
}

function fromServer(client: ServerClient): Archive {
  return {
    images: async (image) => (await client.verdict(image)).images,
    history: (digest, page) => client.history(digest, page),
    replayVerdict: (digest, id) => client.replayVerdict(digest, id),
  }
}

function fromStore({ store }: Local): Archive {
  return {
    async images(image) {
      const digest = await localImage(image, store)
      const index = await store.images.index(digest)
      if (index) return index.children
      const own = await store.images.get(digest)
      return [{ digest, platform: own?.platform ?? 'unknown' }]
    },
    history: (digest, page) => store.verdicts.history(digest, page),
    replayVerdict: (digest, id) => replayVerdict(digest, id, store),
  }
}
