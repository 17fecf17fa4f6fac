import { TallymanError } from '../../../errors.ts'
import type { Scope } from '../policy.ts'

/** A scope as options of a command or parameters of a request say it, each comma-separated. */
export interface ScopeWords {
  readonly everywhere?: boolean | undefined
  readonly registry?: string | undefined
  readonly repository?: string | undefined
  readonly tag?: string | undefined
  readonly platform?: string | undefined
  readonly base?: string | undefined
}

/** REQUEST_INVALID unless it says where, or `everywhere`: nothing is that wide by leaving something out. */
export function scopeOf({
  everywhere = false,
  registry,
  repository,
  tag,
  platform,
  base,
}: ScopeWords): readonly Scope[] {
  const given = { registries: registry, repositories: repository, tags: tag, platforms: platform, bases: base }
  const scope: Scope = Object.fromEntries(
    Object.entries(given).flatMap(([key, text]) => (text === undefined ? [] : [[key, words(key, text)]])),
  )
  const isNarrow = Object.keys(scope).length > 0
  if (isNarrow === everywhere) {
    throw new TallymanError(
      'REQUEST_INVALID',
      'say where the exceptions hold (registry, repository, tag, platform, base), or that they hold everywhere',
    )
  }
  return everywhere ? [] : [scope]
}

function words(key: string, text: string): string[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every((part) => part !== '')) return parts
  throw new TallymanError('REQUEST_INVALID', `${key}: one of the comma-separated patterns is empty`)
}
