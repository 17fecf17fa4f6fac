import type { RuleDocuments, Rules } from '../../core/policy/rules.ts'
import { readRules, saveRules } from './judged-evidence.ts'
import type { Db, Tx } from './schema.ts'

/** Notes that stored images are judged by these rules from now on. */
export async function noteRules(tx: Tx, rules: Rules, now: string): Promise<void> {
  const part = await saveRules(tx, rules)
  const last = await tx
    .selectFrom('rules_since')
    .select(['part', 'since'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.part === part) return
  // Clocks of several servers differ: none is in force before the one that it replaced.
  const since = last !== undefined && last.since > now ? last.since : now
  await tx.insertInto('rules_since').values({ since, part }).execute()
}

/** See ReevaluationTables.rulesAt. */
export async function rulesAt(db: Db, time: string): Promise<RuleDocuments | undefined> {
  const row = await db
    .selectFrom('rules_since')
    .select('part')
    .where('since', '<=', time)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && readRules(db, row.part)
}
