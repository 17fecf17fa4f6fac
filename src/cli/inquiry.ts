import type { Page, PageRequest } from '../adapters/store/records.ts'
import { TallymanError } from '../errors.ts'
import { foreseeRebuilds } from '../flows/foresee-rebuilds.ts'
import { feedStatus } from '../flows/feed-status.ts'
import type { Local } from './actions.ts'
import { chooseServer, withServer, type CliContext, type ServerChoice } from './context.ts'
import type { ServerClient } from './server-client.ts'

/** The questions that a server and the local store answer alike. */
export type Inquiry = Pick<
  ServerClient,
  | 'images'
  | 'bases'
  | 'changes'
  | 'packages'
  | 'vulnerabilities'
  | 'feeds'
  | 'feedDiff'
  | 'jobs'
  | 'replay'
  | 'notifications'
>

/** Asks the server, where one is named, else the store of this machine's configuration. */
export async function inquire<T>(
  choice: ServerChoice,
  context: CliContext,
  work: (inquiry: Inquiry) => Promise<T>,
): Promise<T> {
  const { server, token } = await chooseServer(choice, context)
  if (server !== null) return withServer({ server, token }, context, work)
  const { now = () => new Date() } = context.io
  return context.actions.withLocal(choice.config ?? null, (local) => work(localInquiry(local, now)))
}

function localInquiry({ store, queue, rules, feedPlaces }: Local, now: () => Date): Inquiry {
  return {
    images: (filter, page) => store.images.list(filter, page),
    async bases(filter, page) {
      // A server's worker does so by itself; here there may be none.
      await foreseeRebuilds({ store, rules, now }, AbortSignal.timeout(foreseeMs))
      return store.rebuilds.list(filter, page)
    },
    changes: (filter, page) => store.verdicts.changes(filter, page),
    packages: (filter, page) => store.packages.list(filter, page),
    vulnerabilities: (filter, page) => store.packages.vulnerabilities(filter, page),
    feeds: () => feedStatus(store, now(), feedPlaces),
    feedDiff: ({ from, to, feed }, page) => store.feeds.diff(from, to, feed ?? null, page),
    notifications: (filter, page) => store.notices.list(filter, page),
    async jobs(page) {
      if (!queue.depth || !queue.dead) throw notListable()
      const { jobs, next } = await queue.dead(page)
      return { depth: await queue.depth(), items: jobs, next }
    },
    async replay(ids) {
      if (!queue.replay) throw notListable()
      return queue.replay(ids)
    },
  }
}

/** Tens of thousands of images need seconds. */
const foreseeMs = 600_000

function notListable(): TallymanError {
  return new TallymanError('NOT_FOUND', 'this queue cannot list its jobs; look at it with the tools of its service')
}

export interface PageChoice {
  readonly limit: number
  readonly all?: true
  readonly cursor?: string
}

/** The store's and the API's upper limit of a page. */
const pageSize = 1_000

/** Follows the pages of a list up to `--limit`, or to its end. */
export async function follow<T>(
  { limit, all, cursor }: PageChoice,
  page: (request: PageRequest) => Promise<Page<T>>,
): Promise<Page<T>> {
  const wanted = all ? Number.POSITIVE_INFINITY : limit
  const items: T[] = []
  let next: string | null = cursor ?? null
  do {
    const size = Math.min(pageSize, wanted - items.length)
    const answer: Page<T> = await page({ limit: size, ...(next !== null && { cursor: next }) })
    items.push(...answer.items)
    next = answer.next
  } while (next !== null && items.length < wanted)
  return { items, next }
}
