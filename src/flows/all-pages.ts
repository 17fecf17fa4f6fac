import type { Page, PageRequest } from '../adapters/store/records.ts'

/** As many as a page takes. */
const pageSize = 1_000

/** The items of all pages, each page read when it is come to. */
export async function* allPages<T>(read: (request: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Page<T> = await read({ limit: pageSize, ...(cursor !== undefined && { cursor }) })
    yield* page.items
    cursor = page.next
  }
}
