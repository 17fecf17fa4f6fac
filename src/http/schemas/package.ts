import type { PackageSummary } from '../../adapters/store/records.ts'
import type { SourcePackage } from '../../core/inventory/package.ts'
import { count, named, nullable, orNull, shape, text, texts } from './shape.ts'

export const packageSummarySchema = named(
  'PackageSummary',
  shape<PackageSummary>({
    id: count,
    type: text,
    ecosystem: text,
    name: text,
    version: text,
    source: orNull(shape<SourcePackage>({ name: text, version: text })),
    arch: nullable('string'),
    purl: text,
    licenses: texts,
    owner: nullable('string'),
    images: count,
    vulnerabilities: count,
  }),
)
