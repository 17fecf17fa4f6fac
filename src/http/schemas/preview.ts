import { Type } from '@fastify/type-provider-typebox'
import type { Preview, PreviewedImage } from '../../flows/preview-images.ts'
import { count, list, named, shape, text, texts } from './shape.ts'
import { digestSchema, outcomeSchema, reasonSchema } from './verdict.ts'

const documents = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 65_536 }), { maxItems: 100, description }))

export const previewBody = Type.Object(
  {
    policies: documents('policy documents as they would be put, YAML or JSON'),
    exceptions: documents('exception documents'),
    without: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
        maxItems: 1_000,
        description: 'names of policies and exceptions in force that would go',
      }),
    ),
  },
  { additionalProperties: false },
)

export const previewSchema = named(
  'Preview',
  shape<Preview>({
    images: count,
    flips: Type.Record(Type.String(), Type.Integer()),
    changed: list(
      shape<PreviewedImage>({
        digest: digestSchema,
        references: texts,
        platform: text,
        before: outcomeSchema,
        after: outcomeSchema,
        reasons: list(reasonSchema),
        wouldBe: list(reasonSchema),
      }),
    ),
  }),
)
