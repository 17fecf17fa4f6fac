import { Agent, request } from 'undici'
import type { DeadJob, LaneDepth } from '../adapters/queue/queue.ts'
import type { FeedCandidate, FeedDifference } from '../adapters/store/feed-records.ts'
import type { Approval } from '../adapters/store/rule-records.ts'
import type { NoticeDelivery, NoticeFilter } from '../adapters/store/notice-records.ts'
import type { BaseFilter, BaseSummary } from '../adapters/store/rebuild-records.ts'
import type {
  HistoryRecord,
  ImageFilter,
  ImageSummary,
  PackageFilter,
  PackageSummary,
  Page,
  PageRequest,
  VulnerabilityFilter,
  VulnerabilitySummary,
} from '../adapters/store/records.ts'
import type { ChangedVerdict, ChangeFilter } from '../adapters/store/reevaluation-records.ts'
import type { Digest } from '../core/image/digest.ts'
import type { ScopeWords } from '../core/policy/imports/scope-words.ts'
import type { Explanation } from '../core/report/explanation.ts'
import type { VexDocument } from '../core/report/openvex.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import { asTallymanError, errorCodes, TallymanError, type ErrorCode } from '../errors.ts'
import type { VerdictAnswer } from '../flows/answer-verdict.ts'
import type { AsOfAnswer } from '../flows/as-of.ts'
import type { ExceptionQuery, ImportSummary, ListedException } from '../flows/change-exceptions.ts'
import type { ListedPolicy } from '../flows/change-policies.ts'
import type { FeedStatus } from '../flows/feed-status.ts'
import type { PreviewRequest } from '../flows/preview-documents.ts'
import type { Preview } from '../flows/preview-images.ts'
import type { Replay } from '../flows/replay-verdict.ts'

export interface ServerAddress {
  readonly server: string
  readonly token: string | null
}

interface FeedDiffFilter {
  readonly from: number
  readonly to: number
  readonly feed?: string
}

export interface JobList {
  readonly depth: readonly LaneDepth[]
  readonly items: readonly DeadJob[]
  readonly next: string | null
}

/** What `exceptions import` adds to a file: see ImportOptions; the scope is in words. */
export interface ImportRequest extends ScopeWords {
  readonly format: string
  readonly name?: string | undefined
  readonly owner: string
  readonly reason?: string | undefined
  readonly until?: string | undefined
  readonly dryRun: boolean
}

export interface Exported {
  readonly document: VexDocument
  /** Names of exceptions that it cannot say, as one text; null where it says all. */
  readonly leftOut: string | null
}

/** A running server's API. Its problems are thrown as the TallymanErrors they were; SERVER_UNAVAILABLE where none answers. */
export interface ServerClient {
  verdict(image: string): Promise<VerdictAnswer>
  /** `at`: a time or a snapshot's number. */
  verdictAsOf(image: string, at: string): Promise<AsOfAnswer>
  history(digest: Digest, page: PageRequest): Promise<Page<HistoryRecord>>
  replayVerdict(digest: Digest, id: number): Promise<Replay>
  report(digest: Digest): Promise<Report | IndexReport>
  explanation(digest: Digest, vulnerability: string): Promise<Explanation>
  requestScan(image: string): Promise<void>
  images(filter: ImageFilter, page: PageRequest): Promise<Page<ImageSummary>>
  bases(filter: BaseFilter, page: PageRequest): Promise<Page<BaseSummary>>
  packages(filter: PackageFilter, page: PageRequest): Promise<Page<PackageSummary>>
  changes(filter: ChangeFilter, page: PageRequest): Promise<Page<ChangedVerdict>>
  vulnerabilities(filter: VulnerabilityFilter, page: PageRequest): Promise<Page<VulnerabilitySummary>>
  feeds(): Promise<FeedStatus>
  feedDiff(filter: FeedDiffFilter, page: PageRequest): Promise<Page<FeedDifference>>
  adoptFeed(name: string): Promise<FeedCandidate>
  jobs(page: PageRequest): Promise<JobList>
  notifications(filter: NoticeFilter, page: PageRequest): Promise<Page<NoticeDelivery>>
  replay(ids: readonly string[] | 'all'): Promise<number>
  policies(): Promise<readonly ListedPolicy[]>
  /** What other rules would make of the stored images. */
  preview(request: PreviewRequest): Promise<Preview>
  putPolicy(name: string, document: string): Promise<ListedPolicy>
  deletePolicy(name: string): Promise<void>
  exceptions(query: ExceptionQuery, page: PageRequest): Promise<Page<ListedException>>
  exception(id: string): Promise<ListedException>
  putException(id: string, document: string): Promise<ListedException>
  approveException(id: string, approval: Approval): Promise<ListedException>
  endException(id: string): Promise<ListedException>
  importExceptions(file: string, request: ImportRequest): Promise<ImportSummary>
  exportExceptions(author: string, image: string | null): Promise<Exported>
  close(): Promise<void>
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface CallOptions {
  readonly query?: object
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly document?: string
}

/** The server answers from its store: what takes longer than this is not on its way. */
const timeoutMs = 30_000
/** Reports of images with thousands of packages are a few megabytes. */
const maxAnswerBytes = 256 * 1024 * 1024

export function createServerClient({ server, token }: ServerAddress, signal: AbortSignal): ServerClient {
  const base = baseUrl(server)
  const agent = new Agent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    maxResponseSize: maxAnswerBytes,
  })

  async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
    return (await answered<T>(method, path, options)).answer
  }

  async function answered<T>(method: Method, path: string, options: CallOptions) {
    const url = new URL(`api/v1/${path}`, base)
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    const type = options.document === undefined ? 'application/json' : 'application/yaml'
    const body = options.document ?? (options.body === undefined ? null : JSON.stringify(options.body))
    const headers = {
      accept: 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== null && { 'content-type': type }),
    }
    const { statusCode, text, leftOut } = await send(url, { method, headers, body })
    const answer = parse(text)
    if (statusCode >= 200 && statusCode < 300 && answer !== undefined) return { answer: answer as T, leftOut }
    throw asProblem(answer, statusCode, base)
  }

  async function send(url: URL, options: { method: Method; headers: Record<string, string>; body: string | null }) {
    try {
      const answer = await request(url, { ...options, dispatcher: agent, signal })
      const leftOut = answer.headers['x-tallyman-left-out']
      return {
        statusCode: answer.statusCode,
        text: await answer.body.text(),
        leftOut: typeof leftOut === 'string' ? leftOut : null,
      }
    } catch (thrown) {
      signal.throwIfAborted()
      const { message } = asTallymanError(thrown)
      throw new TallymanError(
        'SERVER_UNAVAILABLE',
        `no server answers at ${base.origin}: ${message}`,
        {},
        { cause: thrown },
      )
    }
  }

  return {
    verdict: (image) => call('GET', 'verdict', { query: { image } }),
    verdictAsOf: (image, at) => call('GET', 'verdict', { query: { image, at } }),
    history: (digest, page) => call('GET', `images/${digest}/history`, { query: page }),
    replayVerdict: (digest, id) => call('GET', `images/${digest}/history/${id}/replay`),
    report: (digest) => call('GET', `images/${digest}/report`),
    explanation: (digest, vulnerability) =>
      call('GET', `images/${digest}/findings/${encodeURIComponent(vulnerability)}/explanation`),
    requestScan: async (image) => void (await call('POST', 'scans', { body: { image } })),
    images: (filter, page) => call('GET', 'images', { query: { ...filter, ...page } }),
    bases: (filter, page) => call('GET', 'bases', { query: { ...filter, ...page } }),
    packages: (filter, page) => call('GET', 'packages', { query: { ...filter, ...page } }),
    changes: (filter, page) => call('GET', 'changes', { query: { ...filter, ...page } }),
    vulnerabilities: (filter, page) => call('GET', 'vulnerabilities', { query: { ...filter, ...page } }),
    feeds: () => call('GET', 'feeds'),
    feedDiff: (filter, page) => call('GET', 'feeds/diff', { query: { ...filter, ...page } }),
    adoptFeed: (name) => call('POST', `feeds/${encodeURIComponent(name)}/adopt`),
    jobs: async (page) => revived(await call<JobList>('GET', 'jobs', { query: page })),
    notifications: (filter, page) => call('GET', 'notifications', { query: { ...filter, ...page } }),
    replay: async (ids) => (await call<{ replayed: number }>('POST', 'jobs/replay', { body: { ids } })).replayed,
    policies: async () => (await call<{ items: readonly ListedPolicy[] }>('GET', 'policies')).items,
    preview: (body) => call('POST', 'preview', { body }),
    putPolicy: (name, document) => call('PUT', `policies/${encodeURIComponent(name)}`, { document }),
    deletePolicy: async (name) => void (await call('DELETE', `policies/${encodeURIComponent(name)}`)),
    exceptions: (query, page) => call('GET', 'exceptions', { query: { ...query, ...page } }),
    exception: (id) => call('GET', `exceptions/${encodeURIComponent(id)}`),
    putException: (id, document) => call('PUT', `exceptions/${encodeURIComponent(id)}`, { document }),
    approveException: (id, approval) =>
      call('POST', `exceptions/${encodeURIComponent(id)}/approve`, { body: approval }),
    endException: (id) => call('DELETE', `exceptions/${encodeURIComponent(id)}`),
    importExceptions: (document, query) => call('POST', 'exceptions/import', { query, document }),
    async exportExceptions(author, image) {
      const query = { format: 'openvex', author, image: image ?? undefined }
      const { answer, leftOut } = await answered<VexDocument>('GET', 'exceptions/export', { query })
      return { document: answer, leftOut }
    },
    close: () => agent.close(),
  }
}

/** Every scheme but HTTP is refused; a path is kept, for servers behind one. */
function baseUrl(server: string): URL {
  const url = URL.parse(server.endsWith('/') ? server : `${server}/`)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new TallymanError(
      'USAGE',
      `${JSON.stringify(server)} is not a server's address; write https://host or http://host:port`,
    )
  }
  return url
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asProblem(answer: unknown, statusCode: number, base: URL): TallymanError {
  const { code, detail, mistakes } = (answer ?? {}) as { code?: unknown; detail?: unknown; mistakes?: unknown }
  if (isErrorCode(code) && typeof detail === 'string') {
    return new TallymanError(code, detail, mistakes === undefined ? {} : { mistakes })
  }
  return new TallymanError(
    'SERVER_UNAVAILABLE',
    `what answers at ${base.origin} is not tallyman: HTTP status ${statusCode}`,
  )
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code)
}

/** JSON has no dates. */
function revived({ items, ...rest }: JobList): JobList {
  const dates = ({ enqueuedAt, diedAt }: DeadJob) => ({ enqueuedAt: new Date(enqueuedAt), diedAt: new Date(diedAt) })
  return { ...rest, items: items.map((job) => ({ ...job, ...dates(job) })) }
}
