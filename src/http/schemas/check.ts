import { checkLevels } from '../../core/benchmark/check.ts'
import type { RuleText } from '../../core/benchmark/rule.ts'
import { named, shape, text, texts, word } from './shape.ts'

/** A rule of the benchmark as the catalogue has it. */
export const benchmarkRuleSchema = named(
  'BenchmarkRule',
  shape<RuleText>({
    name: text,
    id: text,
    title: text,
    level: word(checkLevels),
    rationale: text,
    remedy: text,
    references: texts,
    withoutEvidence: text,
  }),
)
