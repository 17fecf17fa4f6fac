import { sql } from 'kysely'
import { timeCause } from '../../core/policy/cause.ts'
import type { ReadyException, Rules } from '../../core/policy/rules.ts'
import { causeRanks, dueCause } from './due-causes.ts'
import type { Engine } from './engine.ts'
import { noteRules } from './rules-since.ts'
import type { Target } from './reevaluation-records.ts'
import { exploitedOtherwise } from './retally.ts'
import { listed } from './rows.ts'
import type { Db, Tx } from './schema.ts'
import { holdStanding, type StandingRow } from './standing.ts'
import { changedExceptions, standingCause, standingException, type StandingException } from './standing-exceptions.ts'
import type { TallyClasses } from './tally-classes.ts'

/**
 * Marks what the way to the target has to look at: all images where a policy is another; for an exception, those with something
 * that it is about; what time has made due. Returns where things stand then.
 */
export async function setOut(
  tx: Tx,
  { engine, classes }: { readonly engine: Engine; readonly classes: TallyClasses },
  { snapshot, rules, stale, now, all }: Target,
): Promise<StandingRow> {
  const row = await holdStanding(tx, engine)
  const former = JSON.parse(row.exceptions) as readonly StandingException[]
  const exceptions = rules.exceptions.map(standingException)
  const changed = changedExceptions(former, exceptions)
  if (all !== null) await allDue(tx, causeRanks.all, all)
  if (policiesOf(row.policy) !== policiesOf(rules.fingerprint)) await allDue(tx, causeRanks.rules, 'policy')
  if (row.stale !== stale) await allDue(tx, causeRanks.all, 'age of feeds')
  for (const one of changed) if (one.broad) await allDue(tx, causeRanks.exception, standingCause(one))
  await dueByExceptions(tx, classes, changed)
  await askAboutExceptions(
    tx,
    rules.exceptions.filter(({ exception: { id } }) => changed.some((one) => one.id === id)),
  )
  await dueByTime(tx, now)
  const asked = row.questions === rules.questions ? row.asked : row.asked + 1
  const next = {
    target: Math.max(row.target, snapshot),
    policy: rules.fingerprint,
    questions: rules.questions,
    asks_places: rules.asksPlaces ? 1 : 0,
    exceptions: JSON.stringify(exceptions),
    stale,
    asked,
  }
  await noteRules(tx, rules, now)
  await tx.updateTable('standing').set(next).execute()
  return { ...row, ...next, matched: row.matched }
}

const policiesOf = (fingerprint: string): string => fingerprint.split('/', 1)[0] ?? ''

/** What was due for a lesser reason is due for this one: that one alone may have changed nothing. */
async function allDue(tx: Tx, rank: number, cause: string): Promise<void> {
  await sql`
    insert into image_due (image_id, cause) select id, ${dueCause(rank, cause)} from image where true
    on conflict (image_id) do update set cause = excluded.cause where excluded.cause < image_due.cause`.execute(tx)
}

/** Images with findings that the exceptions are already known to be about; the others are found when packages are asked. */
async function dueByExceptions(tx: Tx, classes: TallyClasses, changed: readonly StandingException[]): Promise<void> {
  if (changed.length === 0) return
  const used = await tx.selectFrom('set_tally').select('class').distinct().where('class', '>', 0).execute()
  const classOf = await classes.of(
    tx,
    used.map((row) => row.class),
  )
  for (const one of changed) {
    const { key } = one
    if (key === null) continue
    const about = used.map((row) => row.class).filter((number) => classOf(number).holds.includes(key))
    for (const part of listed(about)) {
      await tx
        .insertInto('image_due')
        .columns(['image_id', 'cause'])
        .expression((eb) =>
          eb
            .selectFrom('image_set')
            .innerJoin('set_tally', 'set_tally.set_id', 'image_set.set_id')
            .select((inner) => [
              'image_set.image_id',
              inner.val(dueCause(causeRanks.exception, standingCause(one))).as('cause'),
            ])
            .distinct()
            .where('set_tally.class', 'in', part)
            .where('set_tally.count', '>', 0),
        )
        .onConflict((oc) => oc.doNothing())
        .execute()
    }
  }
}

/** Packages with a finding that one of these names are asked anew. What one that is gone had named stays as it is: nobody asks. */
async function askAboutExceptions(tx: Tx, exceptions: readonly ReadyException[]): Promise<void> {
  const ids = new Set(exceptions.flatMap(({ exception }) => exception.vulnerabilities))
  for (const part of listed([...ids])) {
    await tx
      .updateTable('package')
      .set({ asked: 0 })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('vulnerability_alias')
          .innerJoin('package_match', 'package_match.vulnerability', 'vulnerability_alias.vulnerability')
          .select('package_match.package_id')
          .where('vulnerability_alias.alias', 'in', part),
      )
      .execute()
  }
}

async function dueByTime(tx: Tx, now: string): Promise<void> {
  await sql`
    insert into image_due (image_id, cause)
    select image_id, ${dueCause(causeRanks.time, timeCause)} from verdict
    where superseded_at is null and until is not null and until <= ${now}
    on conflict (image_id) do nothing`.execute(tx)
}

export async function isDue(db: Db, now: string): Promise<boolean> {
  const verdict = await db
    .selectFrom('verdict')
    .select('id')
    .where('superseded_at', 'is', null)
    .where('until', 'is not', null)
    .where('until', '<=', now)
    .limit(1)
    .executeTakeFirst()
  if (verdict !== undefined) return true
  const image = await db.selectFrom('image_due').select('image_id').limit(1).executeTakeFirst()
  if (image !== undefined) return true
  const asking = db.selectFrom('package').select('id').where('ask_again', '<=', now).limit(1)
  return (await asking.executeTakeFirst()) !== undefined
}

/**
 * Packages of which feeds up to `to` say otherwise than before how their vulnerabilities are exploited are asked again, as far as
 * these rules ask that: other ones will ask all packages.
 */
export async function askExploited(tx: Tx, standing: StandingRow, to: number, rules: Rules): Promise<void> {
  const { matched: from, questions } = standing
  const sameAsked = questions === rules.questions
  if (sameAsked && !rules.asksExploitation) return
  const kinds = sameAsked && !rules.asksEpss ? ['kev'] : ['kev', 'epss']
  for (const column of ['since', 'until'] as const) {
    await tx
      .updateTable('package')
      .set({ asked: exploitedOtherwise })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('feed_fact')
          .innerJoin('vulnerability_alias', 'vulnerability_alias.alias', 'feed_fact.key')
          .innerJoin('package_match', 'package_match.vulnerability', 'vulnerability_alias.vulnerability')
          .select('package_match.package_id')
          .where('feed_fact.kind', 'in', kinds)
          .where(`feed_fact.${column}`, '>', from)
          .where(`feed_fact.${column}`, '<=', to),
      )
      .execute()
  }
}
