import { isInRange, parseVersionRange } from '../../core/match/version-range.ts'
import { schemeFor } from '../../core/match/version-schemes.ts'
import { TallymanError } from '../../errors.ts'
import type { ImageFilter } from './records.ts'
import type { Db } from './schema.ts'

/** Ids of the stored packages of the filter's name and range, each compared by its own ecosystem; undefined without a range. */
export async function packagesInRange(
  db: Db,
  { package: name, range: text }: Pick<ImageFilter, 'package' | 'range'>,
): Promise<readonly number[] | undefined> {
  if (text === undefined) return undefined
  const range = parseVersionRange(text)
  if (name === undefined) throw new TallymanError('REQUEST_INVALID', 'a range needs the name of a package')
  const rows = await db
    .selectFrom('package')
    .select(['id', 'ecosystem', 'version'])
    .where('name', '=', name)
    .orderBy('id')
    .execute()
  return rows.filter(({ ecosystem, version }) => isInRange(version, range, schemeFor(ecosystem))).map(({ id }) => id)
}
