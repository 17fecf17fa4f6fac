import { decisiveFirst } from '../../core/policy/decisions.ts'
import type { Report } from '../../core/report/report.ts'
import { secretPlace, secretRemedy, secretStory } from '../../core/report/secret-text.ts'
import type { Paint } from '../io.ts'
import { decisionMark } from './decision-mark.ts'
import { safeText } from './safe-text.ts'

/** What grants access and lies in the image: where, since and until which layer, and what to do. */
export function secretList({ secrets }: Report, paint: Paint): string {
  const open = secrets.filter(({ suppressed }) => suppressed === null).toSorted(decisiveFirst)
  if (open.length === 0) return ''
  const lines = open.map((secret) => {
    const base = secret.fromBase ? ', from the base' : ''
    return [
      `  - ${safeText(`${secret.title} (${secret.rule}) in ${secretPlace(secret)}`)}${decisionMark(secret, paint)}`,
      `      ${safeText(`${secret.redacted}; ${secretStory(secret)}${base}`)}`,
    ].join('\n')
  })
  return `${paint('bold', 'Secrets')}\n${lines.join('\n')}\n  ${paint('dim', 'what to do:')} ${secretRemedy}\n`
}
