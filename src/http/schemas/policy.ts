import { Type } from '@fastify/type-provider-typebox'
import type { Policy, VulnerabilityRule } from '../../core/policy/policy.ts'
import { severitySchema } from './finding.ts'
import { list, named, shape, text, word } from './shape.ts'

export const policySchema = named(
  'Policy',
  shape<Policy>({
    name: text,
    vulnerabilities: list(
      shape<VulnerabilityRule>({
        name: text,
        severity: severitySchema,
        fixable: Type.Boolean(),
        action: word(['fail', 'warn', 'ignore']),
      }),
    ),
    onIncomplete: word(['inconclusive', 'warn', 'ignore']),
  }),
)
