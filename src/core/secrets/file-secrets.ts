import type { LayerRead } from '../inventory/inventory.ts'
import type { SecretFact } from '../inventory/package.ts'
import type { LayerFacts } from '../layer/facts.ts'
import { overlay } from '../layer/overlay.ts'
import { secretRules } from './rules.ts'
import type { Secret } from './secret.ts'

/** A file with secrets, as one layer has it. */
interface Finding {
  readonly path: string
  readonly fact: SecretFact
  readonly layer: number
  readonly deletedInLayer: number | null
}

/** The secrets in the files of all layers, whether they are still in the image or only in a layer below. */
export function fileSecrets(read: readonly LayerRead[]): readonly Secret[] {
  const layers = read.map(withSecretsOnly)
  if (layers.every((facts) => !facts || facts.readings.length === 0)) return []
  const imageOf = imagesOf(layers)
  const findings = layers.flatMap((_, layer) =>
    imageOf(layer + 1)
      .readings.filter((reading) => reading.layer === layer)
      .flatMap(({ path, facts }) => {
        const deletedInLayer = deletedIn(path, layer, layers.length, imageOf)
        return facts.flatMap((fact) => (fact.kind === 'secret' ? [{ path, fact, layer, deletedInLayer }] : []))
      }),
  )
  return [...Map.groupBy(findings, keyOf).values()].flatMap(joined).map(asSecret)
}

function withSecretsOnly(read: LayerRead): LayerFacts | undefined {
  if (!('blob' in read)) return undefined
  return { ...read, readings: read.readings.filter(({ facts }) => facts.some(({ kind }) => kind === 'secret')) }
}

interface Image {
  readonly readings: ReturnType<typeof overlay>['readings']
  readonly has: ReadonlySet<string>
}

/** What the lower layers are together, by their number. Overlays take up to 25 ms, so none is made twice. */
function imagesOf(layers: readonly (LayerFacts | undefined)[]): (count: number) => Image {
  const made = new Map<number, Image>()
  return (count) => {
    let image = made.get(count)
    if (!image) {
      const { readings } = overlay(layers.slice(0, count))
      image = { readings, has: new Set(readings.map(({ layer, path }) => `${layer} ${path}`)) }
      made.set(count, image)
    }
    return image
  }
}

/** A layer's file that is gone does not come back, so that the layer can be searched for by halving. */
function deletedIn(path: string, layer: number, count: number, imageOf: (count: number) => Image): number | null {
  const key = `${layer} ${path}`
  if (imageOf(count).has.has(key)) return null
  let present = layer + 1
  let absent = count
  while (absent - present > 1) {
    const middle = (present + absent) >> 1
    if (imageOf(middle).has.has(key)) present = middle
    else absent = middle
  }
  return absent - 1
}

const keyOf = ({ path, fact }: Finding) => `${path}\n${fact.rule}\n${fact.line}\n${fact.redacted}`

/** A file that a layer wrote again with the same secret is one: since the first of them, until the last is deleted. */
function joined(findings: readonly Finding[]): readonly Finding[] {
  const joined: Finding[] = []
  for (const finding of findings) {
    const before = joined.at(-1)
    if (before?.deletedInLayer === finding.layer) {
      joined[joined.length - 1] = { ...before, deletedInLayer: finding.deletedInLayer }
    } else if (before?.layer !== finding.layer) joined.push(finding)
  }
  return joined
}

const titles = new Map(secretRules.map(({ id, title }) => [id, title]))

function asSecret({ path, fact: { rule, line, redacted }, layer, deletedInLayer }: Finding): Secret {
  return { rule, title: titles.get(rule) ?? rule, where: 'file', path, line, layer, deletedInLayer, redacted }
}
