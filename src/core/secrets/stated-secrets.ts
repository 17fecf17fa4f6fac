import type { ImageConfig } from '../image/config.ts'
import { redacted } from './redact.ts'
import { namesSecret } from './secret-names.ts'
import { searchStatement } from './search.ts'
import type { Secret } from './secret.ts'
import { isStated, secretVariable } from './rules/statements.ts'

/** A secret and its text, by which it is known again: the same stands in a variable, in the instruction that sets it and in those after it. */
interface Stated {
  readonly secret: Secret
  readonly text: string
}

/** Longer statements are searched in part: real ones have some KB. */
const longest = 256 * 1024

/** The secrets in an image's variables, labels and build instructions, each once: as a variable rather than as an instruction. */
export function statedSecrets(config: ImageConfig, layerCount: number): readonly Secret[] {
  const last = Math.max(0, layerCount - 1)
  const history = inHistory(config, layerCount)
  const layerOf = new Map(history.map(({ text, secret }) => [text, secret.layer]).reverse() as [string, number][])
  const settings = [
    ...config.run.env.flatMap((entry) => inSetting('env', ...splitAtEquals(entry))),
    ...Object.entries(config.run.labels).flatMap(([name, value]) => inSetting('label', name, value)),
  ].map(({ text, secret }) => ({ text, secret: { ...secret, layer: layerOf.get(text) ?? last } }))
  const once = new Map<string, Secret>()
  for (const { text, secret } of [...settings, ...history]) {
    if (!once.has(text)) once.set(text, secret)
  }
  return [...once.values()]
}

function splitAtEquals(entry: string): [name: string, value: string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

function inSetting(where: 'env' | 'label', name: string, value: string): readonly Stated[] {
  const place = { where, path: name.slice(0, 200), line: null, layer: 0, deletedInLayer: null }
  const found = searchStatement(Buffer.from(`${name}=${value}`.slice(0, longest)))
  if (!namesSecret(name) || !isStated(name, value)) {
    return found.map(({ rule, secret, redacted }) => ({
      text: secret,
      secret: { rule: rule.id, title: rule.title, ...place, redacted },
    }))
  }
  // All of its value is the secret, also where it has blanks or quotes.
  const text = Buffer.from(value).toString('latin1')
  const exact = found.find(({ secret }) => secret === text)
  const { id, title } = exact?.rule ?? secretVariable
  return [{ text, secret: { rule: id, title, ...place, redacted: exact?.redacted ?? redacted(text) } }]
}

function inHistory({ history }: ImageConfig, layerCount: number): readonly Stated[] {
  const isMapped = history.filter(({ emptyLayer }) => !emptyLayer).length === layerCount
  let layer = 0
  return history.flatMap(({ createdBy, emptyLayer }, index) => {
    // What makes no layer goes with the next one: what an image sets first would else be its base's.
    const at = isMapped ? layer : layerCount - 1
    if (!emptyLayer) layer++
    const found = createdBy ? searchStatement(Buffer.from(createdBy.slice(0, longest))) : []
    return found.map(({ rule, secret, redacted }) => ({
      text: secret,
      secret: {
        rule: rule.id,
        title: rule.title,
        where: 'history' as const,
        path: `#${index + 1}`,
        line: null,
        layer: Math.max(0, Math.min(at, layerCount - 1)),
        deletedInLayer: null,
        redacted,
      },
    }))
  })
}
