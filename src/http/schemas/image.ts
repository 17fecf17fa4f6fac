import type { ImageRecord, ImageSummary, IndexRecord, Location, WriteBackRecord } from '../../adapters/store/records.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { ImageLayer } from '../../core/inventory/package.ts'
import { Type } from '@fastify/type-provider-typebox'
import type { VerdictRecord } from '../../adapters/store/records.ts'
import { distroSchema } from './report.ts'
import { count, list, named, nullable, orNull, ref, shape, text, texts, word } from './shape.ts'
import { countsSchema, coverageSchema, digestSchema, outcomeSchema, verdictRecordSchema } from './verdict.ts'

export const imageSummarySchema = named(
  'ImageSummary',
  shape<ImageSummary>({
    digest: digestSchema,
    platform: text,
    distro: distroSchema,
    size: count,
    scannedAt: text,
    outcome: orNull(outcomeSchema),
    counts: orNull(ref(countsSchema)),
    references: texts,
  }),
)

const imageLayerSchema = shape<ImageLayer>({
  digest: digestSchema,
  mediaType: text,
  size: count,
  diffId: Type.Unsafe<Digest | null>({ type: ['string', 'null'] }),
  createdBy: nullable('string'),
})

type SeenAt = Location & { readonly tags: readonly string[] }

const locationsSchema = list(shape<SeenAt>({ registry: text, repository: text, tags: texts }))

type WriteBack = Omit<WriteBackRecord, 'digest'>

/** What became of the report's way back to each registry. */
const writeBacksSchema = list(
  shape<WriteBack>({
    registry: text,
    repository: text,
    manifest: digestSchema,
    status: word(['pending', 'done', 'failed']),
    error: nullable('string'),
    at: text,
  }),
)

export interface ImageDetail extends ImageRecord {
  readonly kind: 'image'
  readonly verdict: VerdictRecord | null
  readonly locations: readonly SeenAt[]
  readonly writeBacks: readonly WriteBack[]
}

export const imageDetailSchema = named(
  'ImageDetail',
  shape<ImageDetail>({
    kind: word(['image']),
    digest: digestSchema,
    mediaType: text,
    platform: text,
    created: nullable('string'),
    size: count,
    configDigest: digestSchema,
    layers: list(imageLayerSchema),
    distro: distroSchema,
    packageCount: count,
    coverage: list(ref(coverageSchema)),
    engine: text,
    catalogers: Type.Record(Type.String(), Type.Integer()),
    scannedAt: text,
    verdict: orNull(ref(verdictRecordSchema)),
    locations: locationsSchema,
    writeBacks: writeBacksSchema,
  }),
)

export interface IndexDetail extends IndexRecord {
  readonly kind: 'index'
  readonly locations: readonly SeenAt[]
  readonly writeBacks: readonly WriteBack[]
}

export const indexDetailSchema = named(
  'IndexDetail',
  shape<IndexDetail>({
    kind: word(['index']),
    digest: digestSchema,
    mediaType: text,
    children: list(shape<IndexRecord['children'][number]>({ digest: digestSchema, platform: text })),
    locations: locationsSchema,
    writeBacks: writeBacksSchema,
  }),
)
