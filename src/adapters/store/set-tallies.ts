import { sql } from 'kysely'
import type { Tx } from './schema.ts'

// Classes above 0 are those of findings, which twins have once (tally-classes.ts).

/** Tallies a new set by what is counted of its packages. Their changes that are due come to it with those of the other sets. */
export async function tallySet(tx: Tx, set: number): Promise<void> {
  await sql`
    insert into set_tally (set_id, class, count)
    select member.set_id, tally.class, sum(tally.counted)
    from set_package as member
    join package_tally as tally on tally.package_id = member.package_id
    left join set_twin as twin on twin.set_id = member.set_id and twin.package_id = member.package_id
    where member.set_id = ${set} and tally.counted > 0 and (twin.package_id is null or tally.class <= 0)
    group by member.set_id, tally.class`.execute(tx)
}

// `cross join` keeps SQLite to the order of the tables: by itself it walks through all images where a few packages changed.

/** Brings the tallies of packages `first` to `last` that are due to all sets that have them. Call under `holdStanding`. */
export async function addToSets(tx: Tx, first: number, last: number): Promise<void> {
  await sql`
    insert into set_tally (set_id, class, count)
    select set_id, class, sum(change)
    from (
      select member.set_id, tally.class, tally.count - tally.counted as change
      from package_due as due
      cross join package_tally as tally
      cross join set_package as member
      where due.package_id between ${first} and ${last} and tally.package_id = due.package_id
        and member.package_id = due.package_id and tally.count <> tally.counted
      union all
      select twin.set_id, tally.class, tally.counted - tally.count
      from package_due as due
      cross join package_tally as tally
      cross join set_twin as twin
      where due.package_id between ${first} and ${last} and tally.package_id = due.package_id
        and twin.package_id = due.package_id and tally.count <> tally.counted and tally.class > 0
    ) as changes
    where true
    group by set_id, class
    on conflict (set_id, class) do update set count = set_tally.count + excluded.count`.execute(tx)
  await sql`
    update package_tally set counted = count
    where count <> counted and package_id in (
      select package_id from package_due where package_id between ${first} and ${last})`.execute(tx)
  await sql`
    delete from package_tally
    where count = 0 and counted = 0 and package_id in (
      select package_id from package_due where package_id between ${first} and ${last})`.execute(tx)
}

/** All images that have one of them are due, for the worst of their causes. */
export async function addToImages(tx: Tx, first: number, last: number): Promise<void> {
  await sql`
    insert into image_due (image_id, cause)
    select link.image_id, min(due.cause)
    from (
      select member.set_id, min(package_due.cause) as cause
      from package_due
      cross join set_package as member
      where package_due.package_id between ${first} and ${last} and member.package_id = package_due.package_id
      group by member.set_id
    ) as due
    cross join image_set as link
    where link.set_id = due.set_id
    group by link.image_id
    on conflict (image_id) do update set cause = excluded.cause where excluded.cause < image_due.cause`.execute(tx)
}
