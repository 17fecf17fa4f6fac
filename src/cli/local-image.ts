import { isDigest, type Digest } from '../core/image/digest.ts'
import { TallymanError } from '../errors.ts'
import type { Local } from './actions.ts'

/** The stored image that a digest or `registry/repository:tag` names. USAGE, NOT_SCANNED. */
export async function localImage(image: string, store: Pick<Local['store'], 'sightings'>): Promise<Digest> {
  if (isDigest(image)) return image
  const { registry, repository, tag } =
    /^(?<registry>[^/]+)\/(?<repository>.+?)(?::(?<tag>[^/:]+))?$/.exec(image)?.groups ?? {}
  if (registry === undefined || repository === undefined) {
    throw new TallymanError('USAGE', `${image} is neither a digest nor registry/repository:tag`)
  }
  const observed = await store.sightings.resolve({ registry, repository }, tag ?? 'latest')
  if (observed) return observed.digest
  throw new TallymanError('NOT_SCANNED', `${image} is not in the store; \`tallyman images\` lists what is`)
}
