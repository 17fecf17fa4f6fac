import type { ImageFacts, Place } from './image-facts.ts'
import { anyPattern, type Fits } from './pattern.ts'
import type { Scope } from './policy.ts'

/** Whether it holds for an image, made ready once. */
export type Holds = (image: ImageFacts) => boolean

/** A policy holds where one place of the image is in a scope: who also puts it elsewhere does not escape. */
export function policyHolds(scopes: readonly Scope[]): Holds {
  if (scopes.length === 0) return () => true
  const ready = scopes.map(readyScope)
  return (image) =>
    ready.some((scope) => scope.fitsImage(image) && (!scope.asksPlaces || image.places.some(scope.fitsPlace)))
}

/** An exception holds where every place of the image is in a scope: it permits nothing elsewhere. */
export function exceptionHolds(scopes: readonly Scope[]): Holds {
  if (scopes.length === 0) return () => true
  const ready = scopes.map(readyScope)
  return (image) => {
    const own = ready.filter(({ fitsImage }) => fitsImage(image))
    if (own.some(({ asksPlaces }) => !asksPlaces)) return true
    return image.places.length > 0 && image.places.every((place) => own.some(({ fitsPlace }) => fitsPlace(place)))
  }
}

interface ReadyScope {
  readonly fitsImage: (image: ImageFacts) => boolean
  readonly fitsPlace: (place: Place) => boolean
  readonly asksPlaces: boolean
}

function readyScope({ registries, repositories, tags, labels, platforms, bases, digests }: Scope): ReadyScope {
  const registry = optional(registries)
  const repository = optional(repositories)
  const tag = optional(tags)
  const platform = optional(platforms)
  const digest = optional(digests)
  const base = bases && anyPattern(bases)
  const wanted = Object.entries(labels ?? {}).map(([name, value]) => ({ name, fits: anyPattern([value]) }))
  return {
    asksPlaces: Boolean(registries ?? repositories ?? tags),
    fitsPlace: (place) => registry(place.registry) && repository(place.repository) && (!tags || place.tags.some(tag)),
    fitsImage: (image) =>
      platform(image.platform) &&
      digest(image.digest) &&
      wanted.every(({ name, fits }) => Object.hasOwn(image.labels, name) && fits(image.labels[name] ?? '')) &&
      (!base || isBuiltOn(image, base)),
  }
}

const optional = (patterns: readonly string[] | undefined): Fits => (patterns ? anyPattern(patterns) : () => true)

/** An image whose base is one of these, or which is one of these itself. */
export function isBuiltOn({ base, digest, places }: ImageFacts, fits: Fits): boolean {
  if (base && (fits(base.digest) || base.references.some(fits))) return true
  return fits(digest) || places.some((place) => referencesOf(place).some(fits))
}

function referencesOf({ registry, repository, tags }: Place): readonly string[] {
  const name = `${registry}/${repository}`
  return [name, ...tags.map((tag) => `${name}:${tag}`)]
}
