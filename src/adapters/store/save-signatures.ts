import { isDeepStrictEqual } from 'node:util'
import type { Digest } from '../../core/image/digest.ts'
import { mergeSignatures, type Signatures } from '../../core/signature/signatures.ts'
import type { Engine } from './engine.ts'
import type { LookedSignatures } from './records.ts'
import type { Tx } from './schema.ts'

const none: Signatures = { by: [], problems: [] }

/** See ImageTables.saveSignatures. Two workers may have looked at two places at once: neither's answer is lost. */
export async function saveSignatures(
  { tx, engine }: { readonly tx: Tx; readonly engine: Engine },
  digest: Digest,
  looked: LookedSignatures | null,
): Promise<boolean> {
  const image = await engine
    .forUpdate(tx.selectFrom('image').select('id').where('digest', '=', digest))
    .executeTakeFirst()
  if (image === undefined) return false
  const row = await tx
    .selectFrom('image_facts')
    .select(['signatures', 'signature_keys'])
    .where('image_id', '=', image.id)
    .executeTakeFirst()
  const former = row?.signatures ? (JSON.parse(row.signatures) as Signatures) : null
  const sameKeys = former !== null && row?.signature_keys === looked?.keys
  const signatures = looked && mergeSignatures(sameKeys ? former : none, looked)
  if (sameKeys && isDeepStrictEqual(signatures, former)) return false
  if (former === null && signatures === null) return false
  const columns = { signatures: signatures && JSON.stringify(signatures), signature_keys: looked?.keys ?? null }
  await tx
    .insertInto('image_facts')
    .values({ image_id: image.id, facts: '{"labels":{},"checks":[],"secrets":[]}', ...columns })
    .onConflict((oc) => oc.column('image_id').doUpdateSet(columns))
    .execute()
  return !isDeepStrictEqual(signatures, former)
}
