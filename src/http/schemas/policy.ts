import { Type } from '@fastify/type-provider-typebox'
import type { Policy } from '../../core/policy/policy.ts'
import { named, text } from './shape.ts'

/** The keys of a policy document's `spec`, in the words of the code. */
export const policySchema = named(
  'Policy',
  Type.Unsafe<Policy>(Type.Object({ name: text }, { additionalProperties: true })),
)
