import { isFromBase } from '../../core/report/origins.ts'
import type { Report } from '../../core/report/report.ts'
import { secretPlace, secretRemedy, secretStory } from '../../core/report/secret-text.ts'
import type { Paint } from '../io.ts'
import { safeText } from './safe-text.ts'

/** What grants access and lies in the image: where, since and until which layer, and what to do. */
export function secretList({ secrets, image }: Report, paint: Paint): string {
  if (secrets.length === 0) return ''
  const lines = secrets.map((secret) => {
    const base = isFromBase(secret.layer, image.base) ? ', from the base' : ''
    return [
      `  - ${safeText(`${secret.title} (${secret.rule}) in ${secretPlace(secret)}`)}`,
      `      ${safeText(`${secret.redacted}; ${secretStory(secret)}${base}`)}`,
    ].join('\n')
  })
  return `${paint('bold', 'Secrets')}\n${lines.join('\n')}\n  ${paint('dim', 'what to do:')} ${secretRemedy}\n`
}
