import { isRepository, isTag } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import { refusal } from './failure.ts'
import { readAtMost } from './http.ts'
import type { HttpResponse } from './http.ts'
import { resolveUrl } from './origin.ts'
import type { Session } from './session.ts'

/** ECR refuses more. */
const pageSize = 1_000
/** Registries that do not page send all in one: 100,000 tags of 128 characters are 13 MB. */
const maxPageBytes = 32 * 1024 * 1024
/** A hundred million names: only a registry that goes in circles gets here. */
const maxPages = 100_000

/** All tags of a repository, in the registry's order; none where the registry does not know the repository. */
export function listTags(session: Session, repository: string, signal: AbortSignal): AsyncGenerator<string> {
  const scope = `repository:${repository}:pull`
  return listNames(
    session,
    {
      path: `/v2/${repository}/tags/list`,
      scope,
      key: 'tags',
      what: `tags of ${repository}`,
      empty404: true,
      isName: isTag,
    },
    signal,
  )
}

/** All repositories; REGISTRY_UNAUTHORIZED or NOT_FOUND where the registry does not give its catalog. */
export function listRepositories(session: Session, signal: AbortSignal): AsyncGenerator<string> {
  const list = {
    path: '/v2/_catalog',
    scope: 'registry:catalog:*',
    key: 'repositories',
    what: 'catalog',
    empty404: false,
    isName: isRepository,
  }
  return listNames(session, list, signal)
}

interface NameList {
  readonly path: string
  readonly scope: string
  readonly key: string
  readonly what: string
  /** A 404 is an empty list. */
  readonly empty404: boolean
  /** Names that no URL could be made of are passed over. */
  readonly isName: (text: string) => boolean
}

interface Page {
  readonly names: readonly string[]
  readonly link: string | undefined
  readonly url: URL
}

async function* listNames(session: Session, list: NameList, signal: AbortSignal): AsyncGenerator<string> {
  let next: URL | undefined = new URL(`${list.path}?n=${pageSize}`, session.endpoint)
  for (let pages = 1; next; pages += 1) {
    if (pages > maxPages)
      throw new TallymanError(
        'REGISTRY_PROTOCOL',
        `${session.endpoint.host} does not come to an end of its ${list.what}`,
      )
    const page: Page = await getPage(session, next, list, signal)
    yield* page.names.filter(list.isName)
    next = nextPage(session, page, list)
  }
}

function getPage(session: Session, path: URL, list: NameList, signal: AbortSignal): Promise<Page> {
  const read = async (response: HttpResponse): Promise<Page> => {
    const { status, url, headers } = response
    if (status === 404 && list.empty404) return { names: [], link: undefined, url }
    if (status !== 200) throw await refusal(response, { missing: 'NOT_FOUND', what: list.what }, signal)
    const body = await readAtMost(response, maxPageBytes, signal)
    if (body === 'too large')
      throw new TallymanError(
        'REGISTRY_PROTOCOL',
        `${url.host} sent a page of its ${list.what} over ${maxPageBytes} bytes`,
      )
    return { names: namesOf(body, list, url.host), link: nextLink(headers.link), url }
  }
  return session.send({ method: 'GET', path, scope: list.scope }, read, signal)
}

function namesOf(body: Buffer, { key, what }: NameList, host: string): string[] {
  let names: unknown
  try {
    names = (JSON.parse(body.toString('utf8')) as Record<string, unknown>)[key]
  } catch (cause) {
    throw new TallymanError(
      'REGISTRY_PROTOCOL',
      `${host} sent its ${what} as something that is not JSON`,
      {},
      { cause },
    )
  }
  if (names === null || names === undefined) return [] // Go writes an empty list as null
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names
  throw new TallymanError('REGISTRY_PROTOCOL', `${host} sent its ${what} without a list of "${key}"`)
}

/** Link first; a full page without one may have a successor all the same (distribution-spec, "Listing Tags"). */
function nextPage(session: Session, { names, link, url }: Page, { path, what }: NameList): URL | undefined {
  const last = names.at(-1)
  const next = link === undefined ? undefined : resolveUrl(link, url, 'next page')
  if (next) return requireSameList(next, url, session.endpoint, what)
  if (names.length !== pageSize || last === undefined) return undefined
  return requireSameList(
    new URL(`${path}?n=${pageSize}&last=${encodeURIComponent(last)}`, session.endpoint),
    url,
    session.endpoint,
    what,
  )
}

function requireSameList(next: URL, current: URL, endpoint: URL, what: string): URL {
  const refuse = (problem: string) =>
    new TallymanError('REGISTRY_PROTOCOL', `${endpoint.host} continues its ${what} ${problem}`)
  if (next.host !== endpoint.host) throw refuse(`on another host, ${next.host}`)
  if (next.href === current.href) throw refuse('with the same page again')
  return new URL(`${next.pathname}${next.search}`, endpoint) // a proxy that ends TLS may have left http:// in the link
}

/** RFC 8288: `<url>; rel="next"`. */
export function nextLink(header: string | string[] | undefined): string | undefined {
  const links = [header ?? []].flat().join(', ')
  return /<([^<>]*)>\s*;(?:[^<>]*;)?\s*rel\s*=\s*"?next"?(?![\w-])/i.exec(links.slice(0, 16_384))?.[1]
}
