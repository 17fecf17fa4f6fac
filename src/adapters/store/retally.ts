import { timeCause } from '../../core/policy/cause.ts'
import type { Rules } from '../../core/policy/rules.ts'
import type { TallyClass } from '../../core/policy/tally.ts'
import { causeRanks, dueCause } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { lockedColumns, putDue, saveTallies, type LockedPackage } from './save-tallies.ts'
import type { Tx } from './schema.ts'
import { shareStanding } from './standing.ts'
import { standingCause, type StandingException } from './standing-exceptions.ts'
import type { TallyClasses } from './tally-classes.ts'

/** `package.asked` of those whose vulnerabilities are exploited otherwise than before. */
export const exploitedOtherwise = -1

/**
 * Asks up to `limit` packages anew: those that rules of before were asked about, or data on exploitation of before, or whose
 * answers time has changed. Returns how many there were; 0 also where other rules are in force than these.
 */
export async function retally(
  tx: Tx,
  { engine, classes }: { readonly engine: Engine; readonly classes: TallyClasses },
  { rules, now }: { readonly rules: Rules; readonly now: string },
  limit: number,
): Promise<number> {
  const standing = await shareStanding(tx, engine)
  if (standing.policy !== rules.fingerprint) return 0
  const packages = await toAsk(tx, engine, standing.asked, now, limit)
  if (packages.length === 0) return 0
  const ids = packages.map(({ id }) => id)
  const matches = await tx
    .selectFrom('package_match')
    .selectAll()
    .where('package_id', 'in', engine.among(ids))
    .execute()
  const gaps = await tx
    .selectFrom('package_gap')
    .select('package_id')
    .where('package_id', 'in', engine.among(ids))
    .execute()
  const before = await holdsOf(tx, ids, classes)
  const changed = await saveTallies(tx, engine, { packages, matches, gaps }, { rules, now, number: standing.asked })
  const after = await holdsOf(tx, [...changed], classes)
  const exceptions = exceptionNames(rules, standing.exceptions)
  const causes = packages
    .filter(({ id }) => changed.has(id))
    .map(({ id, asked }): [number, string] => {
      const exception = differing(before.get(id), after.get(id))
        .map((key) => exceptions.get(key))
        .find((name) => name !== undefined)
      if (exception !== undefined) return [id, dueCause(causeRanks.exception, standingCause(exception))]
      return [id, plainCause(asked, standing.asked)]
    })
  await putDue(tx, new Map(causes))
  return packages.length
}

function plainCause(asked: number, current: number): string {
  if (asked === exploitedOtherwise) return dueCause(causeRanks.exploitation, 'exploitation data changed')
  return asked < current ? dueCause(causeRanks.rules, 'policy') : dueCause(causeRanks.time, timeCause)
}

async function toAsk(
  tx: Tx,
  engine: Engine,
  asked: number,
  now: string,
  limit: number,
): Promise<readonly LockedPackage[]> {
  const some = () => tx.selectFrom('package').select(lockedColumns).limit(limit)
  const formerly = await engine.forUpdate(some().where('asked', '<', asked).orderBy('asked').orderBy('id')).execute()
  if (formerly.length > 0) return formerly
  return engine.forUpdate(some().where('ask_again', '<=', now).orderBy('ask_again').orderBy('id')).execute()
}

/** The questions whose answer is yes for something of each package. */
async function holdsOf(
  tx: Tx,
  ids: readonly number[],
  classes: TallyClasses,
): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('package_tally')
    .select(['package_id', 'class'])
    .where('package_id', 'in', ids)
    .where('count', '>', 0)
    .where('class', '<>', 0)
    .execute()
  const classOf = await classes.of(
    tx,
    rows.map((row) => row.class),
  )
  const holds = new Map<number, Set<string>>()
  for (const { package_id: id, class: number } of rows) {
    const some: TallyClass = classOf(number)
    holds.set(id, new Set([...(holds.get(id) ?? []), ...some.holds]))
  }
  return holds
}

function differing(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): readonly string[] {
  return [...[...a].filter((key) => !b.has(key)), ...[...b].filter((key) => !a.has(key))]
}

type NamedException = Pick<StandingException, 'id' | 'by' | 'key'>

/** An exception by each question that one in force now or before asks. */
function exceptionNames({ exceptions }: Rules, former: string): ReadonlyMap<string, NamedException> {
  const before = JSON.parse(former) as readonly NamedException[]
  const now = exceptions.map(({ exception: { id, by }, key }) => ({ id, by, key }))
  return new Map([...before, ...now].flatMap((one) => (one.key === null ? [] : [[one.key, one] as const])))
}
