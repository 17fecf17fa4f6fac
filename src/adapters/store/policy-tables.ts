import { sql, type Selectable, type Updateable } from 'kysely'
import type { Exception } from '../../core/policy/exception.ts'
import { TallymanError } from '../../errors.ts'
import { pageOf, paging } from './cursor.ts'
import type { Engine } from './engine.ts'
import { lastingAt } from './lasting-at.ts'
import { transact } from './rows.ts'
import type { ExceptionFilter, StoredException, StoredPolicy, Version } from './rule-records.ts'
import type { Database, Db, Tx } from './schema.ts'
import type { PolicyTables } from './store.ts'

/** Nobody reads further back; all of it stays in the store. */
const maxVersions = 1_000

/** Of an import, in one transaction: some ten milliseconds, in which no push is taken in. */
const putAtOnce = 200

export function policyTables(db: Db, engine: Engine): PolicyTables {
  /** Whoever holds the counter's row changes policies and exceptions alone; it grows if `change` says it did change some. */
  function change(work: (tx: Tx) => Promise<boolean>): Promise<void> {
    return transact(db, async (tx) => {
      await engine.forUpdate(tx.selectFrom('rules_revision').selectAll().where('id', '=', 1)).execute()
      if (!(await work(tx))) return
      await tx
        .updateTable('rules_revision')
        .set({ number: sql`number + 1` })
        .where('id', '=', 1)
        .execute()
    })
  }

  return {
    async revision() {
      const { number } = await db.selectFrom('rules_revision').select('number').executeTakeFirstOrThrow()
      return number
    },

    policies: () => lastingPolicies(db),

    putPolicy: (policy, at) =>
      change(async (tx) => {
        const former = await lastingPolicy(tx, policy.name)
        if (former?.document === policy.document && former.fingerprint === policy.fingerprint) return false
        if (former) await closePolicy(tx, former, at)
        await tx
          .insertInto('policy_version')
          .values({ ...policy, since: later(at, former?.since), until: null })
          .execute()
        return true
      }),

    deletePolicy: (name, at) =>
      change(async (tx) => {
        const former = await lastingPolicy(tx, name)
        if (former) await closePolicy(tx, former, at)
        return former !== undefined
      }),

    async policyVersions(name) {
      const rows = await db
        .selectFrom('policy_version')
        .selectAll()
        .where('name', '=', name)
        .orderBy('id', 'desc')
        .limit(maxVersions)
        .execute()
      return rows.map((row) => versionOf(policyOf(row), row))
    },

    async exceptions(filter, request) {
      const page = paging<[string]>('exceptions', [''], request)
      const rows = await fitting(db, filter)
        .$if(page.after !== undefined, (query) => query.where('name', '>', page.after?.[0] ?? ''))
        .orderBy('name')
        .limit(page.limit + 1)
        .execute()
      const { items, next } = pageOf('exceptions', rows, page.limit, ({ name }) => [name])
      return { items: items.map(exceptionOf), next }
    },

    async exception(id) {
      const row = await lastingException(db, id)
      return row && exceptionOf(row)
    },

    putException: (exception, at) => change((tx) => replaceException(tx, exception, at)),

    async putExceptions(exceptions, at) {
      for (let start = 0; start < exceptions.length; start += putAtOnce) {
        await change(async (tx) => {
          let changed = false
          for (const exception of exceptions.slice(start, start + putAtOnce)) {
            if (await replaceException(tx, exception, at)) changed = true
          }
          return changed
        })
      }
    },

    async approveException(id, { by, seen }, at) {
      await change(async (tx) => {
        const former = await lastingException(tx, id)
        if (!former || former.ended_at !== null) throw notFound(id)
        const exception = JSON.parse(former.value) as Exception
        if (exception.approvedBy !== null) return false
        if (seen !== undefined && seen !== former.since) {
          const message = `the exception ${id} was changed at ${former.since}, after it was looked at; look again`
          throw new TallymanError('REQUEST_INVALID', message)
        }
        if (exception.owner === by) {
          throw new TallymanError('REQUEST_INVALID', `${by} owns the exception ${id}: somebody else has to approve it`)
        }
        await nextVersion(tx, former, { ...exception, approvedBy: by }, at)
        return true
      })
    },

    endException: (id, at) =>
      change(async (tx) => {
        const former = await lastingException(tx, id)
        if (!former) throw notFound(id)
        if (former.ended_at !== null) return false
        const row: Updateable<Database['exception_version']> = { ended_at: later(at, former.since) }
        await tx.updateTable('exception_version').set(row).where('id', '=', former.id).execute()
        return true
      }),

    async exceptionVersions(id) {
      const rows = await db
        .selectFrom('exception_version')
        .selectAll()
        .where('name', '=', id)
        .orderBy('id', 'desc')
        .limit(maxVersions)
        .execute()
      return rows.map((row) => versionOf(exceptionOf(row), { ...row, until: row.ended_at ?? row.until }))
    },

    async rules(overBefore) {
      const exceptions = await approved(db, overBefore)
        .where('until', 'is', null)
        .where('ended_at', 'is', null)
        .execute()
      return { policies: await lastingPolicies(db), exceptions: exceptions.map(exceptionOf) }
    },

    async rulesAt(time) {
      const policies = await db
        .selectFrom('policy_version')
        .selectAll()
        .where((eb) => lastingAt(eb.ref('since'), eb.ref('until'), time))
        .orderBy('name')
        .execute()
      const exceptions = await allowing(db, time)
        .where((eb) => lastingAt(eb.ref('since'), eb.ref('until'), time))
        .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', time)]))
        .execute()
      return { policies: policies.map(policyOf), exceptions: exceptions.map(exceptionOf) }
    },

    async turns(after, until) {
      const rows = await db
        .selectFrom('exception_version')
        .selectAll()
        .where('until', 'is', null)
        .where('ended_at', 'is', null)
        .where('approved', '=', 1)
        .where((eb) =>
          eb.or([
            // What began when it was put, or was approved later, has not begun by itself.
            eb.and([eb('starts_at', '>', after), eb('starts_at', '<=', until), eb('starts_at', '>', eb.ref('since'))]),
            eb.and([eb('ends_at', '>', after), eb('ends_at', '<=', until)]),
          ]),
        )
        .orderBy('name')
        .execute()
      return rows.map(exceptionOf)
    },
  }
}

async function lastingPolicies(db: Db): Promise<StoredPolicy[]> {
  const rows = await db.selectFrom('policy_version').selectAll().where('until', 'is', null).orderBy('name').execute()
  return rows.map(policyOf)
}

async function lastingPolicy(tx: Tx, name: string) {
  return tx
    .selectFrom('policy_version')
    .selectAll()
    .where('name', '=', name)
    .where('until', 'is', null)
    .executeTakeFirst()
}

async function lastingException(db: Db | Tx, id: string) {
  return db
    .selectFrom('exception_version')
    .selectAll()
    .where('name', '=', id)
    .where('until', 'is', null)
    .executeTakeFirst()
}

async function closePolicy(tx: Tx, { id, since }: { id: number; since: string }, at: string): Promise<void> {
  await tx
    .updateTable('policy_version')
    .set({ until: later(at, since) })
    .where('id', '=', id)
    .execute()
}

/** Whether that makes a difference. */
async function replaceException(tx: Tx, exception: Exception, at: string): Promise<boolean> {
  const former = await lastingException(tx, exception.id)
  if (former?.ended_at === null && former.value === JSON.stringify(exception)) return false
  await nextVersion(tx, former, exception, at)
  return true
}

type ExceptionRow = Selectable<Database['exception_version']>

async function nextVersion(tx: Tx, former: ExceptionRow | undefined, exception: Exception, at: string): Promise<void> {
  const since = later(at, former?.since)
  if (former) await tx.updateTable('exception_version').set({ until: since }).where('id', '=', former.id).execute()
  const { id, from, until, approvedBy } = exception
  await tx
    .insertInto('exception_version')
    .values({
      name: id,
      value: JSON.stringify(exception),
      starts_at: from,
      ends_at: until,
      approved: Number(approvedBy !== null),
      created_at: former?.created_at ?? at,
      ended_at: null,
      since,
      until: null,
    })
    .execute()
}

/** Versions of exceptions that are approved, begun and not over by themselves. */
function allowing(db: Db, at: string) {
  return approved(db, at).where('starts_at', '<=', at)
}

function approved(db: Db, overBefore: string) {
  return db
    .selectFrom('exception_version')
    .selectAll()
    .where('approved', '=', 1)
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', overBefore)]))
    .orderBy('name')
}

function fitting(db: Db, { state, endingBefore, at }: ExceptionFilter) {
  return db
    .selectFrom('exception_version')
    .selectAll()
    .where('until', 'is', null)
    .$if(state !== undefined, (query) =>
      query.where((eb) => {
        const isEnded = eb.or([eb('ended_at', '<=', at), eb('ends_at', '<=', at)])
        if (state === 'ended') return isEnded
        const isOpen = eb.and([
          eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', at)]),
          eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', at)]),
        ])
        const isPending = eb.or([eb('approved', '=', 0), eb('starts_at', '>', at)])
        const isStarted = eb.and([eb('approved', '=', 1), eb('starts_at', '<=', at)])
        return eb.and([isOpen, state === 'pending' ? isPending : isStarted])
      }),
    )
    .$if(endingBefore !== undefined, (query) => query.where('ends_at', '<', endingBefore ?? ''))
}

/** Clocks of several servers differ: no version ends before it began. */
function later(at: string, since: string | undefined): string {
  return since !== undefined && since > at ? since : at
}

function policyOf({ name, document, fingerprint, since }: Selectable<Database['policy_version']>): StoredPolicy {
  return { name, document, fingerprint, updatedAt: since }
}

function exceptionOf({ value, created_at, since, ended_at }: ExceptionRow): StoredException {
  return { ...(JSON.parse(value) as Exception), createdAt: created_at, updatedAt: since, endedAt: ended_at }
}

function versionOf<T>(value: T, { since, until }: { since: string; until: string | null }): Version<T> {
  return { value, since, until }
}

function notFound(id: string): TallymanError {
  return new TallymanError('NOT_FOUND', `there is no exception named ${id}`)
}
