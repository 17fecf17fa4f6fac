import type { BaseSummary } from '../../adapters/store/rebuild-records.ts'
import { distroSchema } from './report.ts'
import { count, named, shape, text, texts } from './shape.ts'
import { digestSchema } from './verdict.ts'

export const baseSummarySchema = named(
  'BaseSummary',
  shape<BaseSummary>({
    digest: digestSchema,
    platform: text,
    distro: distroSchema,
    references: texts,
    layers: count,
    images: shape<BaseSummary['images']>({ pass: count, warn: count, inconclusive: count, fail: count }),
    green: shape<BaseSummary['green']>({ warn: count, inconclusive: count, fail: count }),
    relieved: count,
    closes: count,
  }),
)
