import type { Migration } from 'kysely/migration'
import type { Engine } from './engine.ts'
import { firstTables } from './migrations/0001-first-tables.ts'
import { feedsAndGate } from './migrations/0002-feeds-and-gate.ts'
import { tallies } from './migrations/0003-tallies.ts'
import { notifications } from './migrations/0005-notifications.ts'
import { reconciliation } from './migrations/0006-reconciliation.ts'
import { judging } from './migrations/0007-judging.ts'
import { policiesAndExceptions } from './migrations/0008-policies-and-exceptions.ts'
import { rebuilds } from './migrations/0010-rebuilds.ts'
import { judgedEvidence } from './migrations/0011-judged-evidence.ts'
import { imageLayers } from './migrations/0013-image-layers.ts'
import { signatures } from './migrations/0014-signatures.ts'

/** Numbered, and never changed once released: what changes is a new one. */
export function migrations(engine: Engine): Record<string, Migration> {
  return {
    '0001_first_tables': { up: (db) => firstTables(db, engine) },
    '0002_feeds_and_gate': { up: (db) => feedsAndGate(db, engine) },
    '0003_tallies': { up: (db) => tallies(db, engine) },
    '0005_notifications': { up: (db) => notifications(db, engine) },
    '0006_reconciliation': { up: (db) => reconciliation(db, engine) },
    '0007_judging': { up: (db) => judging(db, engine) },
    '0008_policies_and_exceptions': { up: (db) => policiesAndExceptions(db, engine) },
    '0010_rebuilds': { up: (db) => rebuilds(db, engine) },
    '0011_judged_evidence': { up: (db) => judgedEvidence(db, engine) },
    '0013_image_layers': { up: (db) => imageLayers(db, engine) },
    '0014_signatures': { up: (db) => signatures(db, engine) },
  }
}
