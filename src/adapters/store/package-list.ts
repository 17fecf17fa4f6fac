import { pageOf, paging } from './cursor.ts'
import { packageColumns, packageRecord } from './package-rows.ts'
import type { PackageFilter, PackageSummary, Page, PageRequest } from './records.ts'
import type { Db } from './schema.ts'

/** By name, then in the order in which they were first stored. */
export async function listPackages(db: Db, filter: PackageFilter, request: PageRequest): Promise<Page<PackageSummary>> {
  const page = paging<[string, number]>('packages', ['', 0], request)
  const rows = await packagesMatching(db, filter)
    .$if(page.after !== undefined, (query) => {
      const [name, id] = page.after ?? ['', 0]
      return query.where((eb) => eb(eb.refTuple('package.name', 'package.id'), '>', eb.tuple(name, id)))
    })
    .orderBy('package.name')
    .orderBy('package.id')
    .limit(page.limit + 1)
    .execute()
  const { items, next } = pageOf('packages', rows, page.limit, (row) => [row.name, row.id])
  return {
    items: items.map((row) => ({
      ...packageRecord(row),
      images: row.images ?? 0,
      vulnerabilities: row.vulnerabilities ?? 0,
    })),
    next,
  }
}

export function packagesMatching(db: Db, { name, ecosystem, version }: PackageFilter) {
  return db
    .selectFrom('package')
    .select(packageColumns)
    .select((eb) => [
      // An image has a package through one set only, so no image is counted twice.
      eb
        .selectFrom('set_package')
        .innerJoin('image_set', 'image_set.set_id', 'set_package.set_id')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('set_package.package_id', '=', 'package.id')
        .as('images'),
      eb
        .selectFrom('package_match')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('package_match.package_id', '=', 'package.id')
        .where('package.owner', 'is', null)
        .as('vulnerabilities'),
    ])
    .$if(name !== undefined, (query) => query.where('package.name', '=', name ?? ''))
    .$if(ecosystem !== undefined, (query) => query.where('package.ecosystem', '=', ecosystem ?? ''))
    .$if(version !== undefined, (query) => query.where('package.version', '=', version ?? ''))
}
