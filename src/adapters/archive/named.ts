import type { Digest } from '../../core/image/digest.ts'
import { formatReference, parseReference } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import type { NamedImage } from './source.ts'

const shownNames = 20

/** By the whole name or by its tag. MANIFEST_UNKNOWN says which names there are. */
export function findNamed(images: readonly NamedImage[], asked: string, where: string): Digest {
  const found =
    images.find(({ tag }) => tag === asked) ?? images.find(({ tag }) => tag !== null && sameImage(tag, asked))
  if (found) return found.digest
  throw new TallymanError('MANIFEST_UNKNOWN', `${where} has no image ${asked}; it has ${describeNames(images)}`)
}

function sameImage(name: string, asked: string): boolean {
  const full = fullName(name)
  if (full === undefined) return false
  return full === fullName(asked) || full.slice(full.lastIndexOf(':') + 1) === asked
}

/** `alpine` and `docker.io/library/alpine:latest` are the same; a bare tag is neither. */
function fullName(name: string): string | undefined {
  try {
    return formatReference(parseReference(name))
  } catch {
    return undefined
  }
}

function describeNames(images: readonly NamedImage[]): string {
  if (images.length === 0) return 'none'
  const names = images.slice(0, shownNames).map(({ tag, digest }) => tag ?? digest)
  return names.join(', ') + (images.length > shownNames ? ` and ${images.length - shownNames} more` : '')
}
