import { Type } from '@fastify/type-provider-typebox'
import type { StoredException, Version } from '../../adapters/store/rule-records.ts'
import type { Dropped } from '../../core/policy/imports/importer.ts'
import type { Scope } from '../../core/policy/policy.ts'
import type { VexDocument } from '../../core/report/openvex.ts'
import type { ImportSummary, ListedException } from '../../flows/change-exceptions.ts'
import { list, named, nullable, ref, shape, text, texts, word } from './shape.ts'

const scope = Type.Unsafe<Scope>(Type.Object({}, { additionalProperties: true, description: 'docs/exceptions.md' }))

const fields = {
  id: text,
  vulnerabilities: texts,
  packages: texts,
  checks: texts,
  secrets: list(shape<{ rule: string; path: string }>({ rule: text, path: text })),
  scopes: list(scope),
  reason: text,
  owner: text,
  from: text,
  until: nullable('string'),
  approvedBy: nullable('string'),
  by: word(['exception', 'vex']),
  status: nullable('string'),
  justification: nullable('string'),
  createdAt: text,
  updatedAt: text,
  endedAt: nullable('string'),
}

export const exceptionSchema = named(
  'Exception',
  shape<ListedException>({ ...fields, state: word(['pending', 'active', 'ended']) }),
)

export const exceptionVersionSchema = shape<Version<StoredException>>({
  value: shape<StoredException>(fields),
  since: text,
  until: nullable('string'),
})

export const importSummarySchema = named(
  'ExceptionImport',
  shape<ImportSummary>({
    exceptions: list(ref(exceptionSchema)),
    dropped: list(shape<Dropped>({ what: text, why: text })),
  }),
)

/** https://github.com/openvex/spec has its fields. */
export const vexSchema = named(
  'OpenVex',
  Type.Unsafe<VexDocument>(Type.Object({ '@id': text }, { additionalProperties: true })),
)
