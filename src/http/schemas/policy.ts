import { Type } from '@fastify/type-provider-typebox'
import type { StoredPolicy, Version } from '../../adapters/store/rule-records.ts'
import type { ListedPolicy } from '../../flows/change-policies.ts'
import { named, nullable, shape, text, word } from './shape.ts'

/** The keys of a policy document's `spec`, in the words of the code, and where it comes from. */
export const policySchema = named(
  'Policy',
  Type.Unsafe<ListedPolicy>(
    Type.Object(
      {
        name: text,
        origin: word(['built-in', 'configuration', 'store']),
        updatedAt: nullable('string'),
        document: nullable('string'),
        problem: nullable('string'),
      },
      { additionalProperties: true },
    ),
  ),
)

export const policyVersionSchema = shape<Version<StoredPolicy>>({
  value: shape<StoredPolicy>({ name: text, document: text, fingerprint: text, updatedAt: text }),
  since: text,
  until: nullable('string'),
})
