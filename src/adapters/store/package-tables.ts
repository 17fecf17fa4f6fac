import type { Engine } from './engine.ts'
import { listPackages } from './package-list.ts'
import { packageColumns, packageRecord } from './package-rows.ts'
import { saveMatches } from './save-matches.ts'
import type { Db } from './schema.ts'
import { standingOf } from './standing.ts'
import type { PackageTables } from './store.ts'
import { imagesWith, listVulnerabilities, vulnerability } from './vulnerability-list.ts'

export function packageTables(db: Db, engine: Engine): PackageTables {
  return {
    async unmatched(of, snapshot, after, limit) {
      const { matched } = await standingOf(db)
      const before = matched >= snapshot ? 1 : snapshot
      const rows = await db
        .selectFrom('package')
        .select(packageColumns)
        .$if(of !== 'all', (query) => query.where('package.id', 'in', idsOf(db, of === 'all' ? '' : of.image)))
        .where('package.id', '>', after)
        .where('package.matched_snapshot', '<', before)
        .where('package.ecosystem', '<>', '')
        .orderBy('package.id')
        .limit(limit)
        .execute()
      return rows.map(packageRecord)
    },

    saveMatches: (snapshot, matched, now, rules) => saveMatches({ db, engine }, snapshot, matched, now, rules),

    async uncomparable(image) {
      const rows = await db
        .selectFrom('package_gap')
        .innerJoin('package', 'package.id', 'package_gap.package_id')
        .select(['package.name as package', 'package_gap.advisory', 'package_gap.reason'])
        .where('package_gap.package_id', 'in', idsOf(db, image))
        .where('package.owner', 'is', null)
        .orderBy('package.name')
        .orderBy('package_gap.advisory')
        .execute()
      return rows.map((row) => ({ ...row }))
    },

    list: (filter, page) => listPackages(db, filter, page),
    vulnerabilities: (filter, page) => listVulnerabilities(db, filter, page),
    vulnerability: (id) => vulnerability(db, id),
    imagesWith: (id, page) => imagesWith(db, id, page),
  }
}

/** Ids of the image's packages. */
function idsOf(db: Db, image: string) {
  return db
    .selectFrom('image')
    .innerJoin('image_set', 'image_set.image_id', 'image.id')
    .innerJoin('set_package', 'set_package.set_id', 'image_set.set_id')
    .select('set_package.package_id')
    .where('image.digest', '=', image)
}
