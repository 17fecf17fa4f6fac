import { Type } from '@fastify/type-provider-typebox'
import { checkLevels } from '../../core/benchmark/check.ts'
import type { Distro } from '../../core/inventory/package.ts'
import type { CheckPart, LayerPart, PackagePart, ReportLayer, SecretPart } from '../../core/report/parts.ts'
import type {
  CheckedAgainst,
  FeedState,
  IndexReport,
  Report,
  ReportCheck,
  ReportImage,
  ReportPackage,
  ReportSecret,
} from '../../core/report/report.ts'
import { reportFindingSchema, suppressionSchema, decisionSchema } from './finding.ts'
import { count, list, named, nullable, orNull, ref, shape, text, texts, word } from './shape.ts'
import { coverageSchema, digestSchema, outcomeSchema, verdictSchema } from './verdict.ts'

export const distroSchema = orNull(shape<Distro>({ id: text, version: text, ecosystem: nullable('string') }))

const layerFields = { diffId: nullable('string'), digest: digestSchema, size: count, createdBy: nullable('string') }

const reportLayerSchema = shape<ReportLayer>(layerFields)

export const layerPartSchema = named(
  'ImageLayer',
  shape<LayerPart>({ ...layerFields, layer: count, fromBase: Type.Boolean(), packages: texts }),
)

const packageFields = {
  purl: text,
  name: text,
  version: text,
  ecosystem: nullable('string'),
  source: orNull(shape<NonNullable<ReportPackage['source']>>({ name: text, version: text })),
  arch: nullable('string'),
  cataloger: text,
  path: text,
  layer: count,
  fromBase: Type.Boolean(),
  ownedBy: nullable('string'),
  licenses: texts,
}

export const reportPackageSchema = named('ReportPackage', shape<ReportPackage>(packageFields))

export const packagePartSchema = named(
  'ImagePackage',
  shape<PackagePart>({ ...packageFields, createdBy: nullable('string') }),
)

const checkFields = {
  id: text,
  title: text,
  level: word(checkLevels),
  status: word(['pass', 'fail', 'not-applicable', 'undecidable']),
  evidence: texts,
  layer: nullable('integer'),
  fromBase: Type.Boolean(),
  suppressed: suppressionSchema,
  decision: decisionSchema,
}

export const reportCheckSchema = named('ReportCheck', shape<ReportCheck>(checkFields))

export const checkPartSchema = named('ImageCheck', shape<CheckPart>({ ...checkFields, createdBy: nullable('string') }))

const secretFields = {
  rule: text,
  title: text,
  where: word(['file', 'env', 'label', 'history']),
  path: text,
  line: nullable('integer'),
  layer: count,
  deletedInLayer: nullable('integer'),
  redacted: text,
  fromBase: Type.Boolean(),
  suppressed: suppressionSchema,
  decision: decisionSchema,
}

export const reportSecretSchema = named('ReportSecret', shape<ReportSecret>(secretFields))

export const secretPartSchema = named(
  'ImageSecret',
  shape<SecretPart>({ ...secretFields, createdBy: nullable('string') }),
)

const imageSchema = shape<ReportImage>({
  reference: text,
  digest: digestSchema,
  platform: text,
  mediaType: text,
  created: nullable('string'),
  size: count,
  distro: distroSchema,
  base: orNull(shape<NonNullable<ReportImage['base']>>({ digest: digestSchema, references: texts, layers: count })),
  signatures: orNull(texts),
  layers: list(reportLayerSchema),
})

export const feedStateFields = { name: text, fetched: text, advisories: count }

const checkedAgainstSchema = shape<CheckedAgainst>({
  snapshot: text,
  feeds: list(shape<FeedState>(feedStateFields)),
  engine: text,
  catalogers: Type.Record(Type.String(), Type.Integer()),
})

export const reportSchema = named(
  'Report',
  shape<Report>({
    schema: word(['tallyman.report/v1']),
    image: imageSchema,
    packages: list(ref(reportPackageSchema)),
    findings: list(ref(reportFindingSchema)),
    checks: list(ref(reportCheckSchema)),
    secrets: list(ref(reportSecretSchema)),
    coverage: list(ref(coverageSchema)),
    verdict: ref(verdictSchema),
    checkedAgainst: checkedAgainstSchema,
    scannedAt: text,
  }),
)

export const indexReportSchema = named(
  'IndexReport',
  shape<IndexReport>({
    schema: word(['tallyman.index-report/v1']),
    digest: digestSchema,
    reference: text,
    verdict: shape<IndexReport['verdict']>({ outcome: outcomeSchema, policy: text }),
    images: list(ref(reportSchema)),
  }),
)
