import { listed } from './rows.ts'
import type { Db } from './schema.ts'

/** References shown of one image: enough to recognise it, few enough for a list. */
const maxReferences = 10

interface Place {
  readonly digest: string
  readonly registry: string
  readonly repository: string
}

/**
 * `registry/repository:tag` of the image and of the indexes that name it, and `registry/repository@digest` where it lies
 * without a tag; at most ten an image, or `most`.
 */
export async function references(
  db: Db,
  digests: readonly string[],
  most = maxReferences,
): Promise<Map<string, readonly string[]>> {
  const all = new Map<string, readonly string[]>()
  for (const part of listed(digests)) {
    const parents = await db
      .selectFrom('index_child')
      .select(['digest', 'index_digest'])
      .where('digest', 'in', part)
      .execute()
    const places = [...new Set([...part, ...parents.map((parent) => parent.index_digest)])]
    const tags = Map.groupBy(await tagsOf(db, places), (row) => row.digest)
    const sightings = Map.groupBy(await sightingsOf(db, places), (row) => row.digest)
    const parentsOf = Map.groupBy(parents, (row) => row.digest)

    for (const digest of part) {
      const sources = [digest, ...(parentsOf.get(digest) ?? []).map((parent) => parent.index_digest)]
      const tagged = sources.flatMap((source) => tags.get(source) ?? [])
      const withTag = new Set(tagged.map(repositoryOf))
      const untagged = sources
        .flatMap((source) => sightings.get(source) ?? [])
        .map(repositoryOf)
        .filter((repository) => !withTag.has(repository))
      const texts = [
        ...tagged.map((row) => `${repositoryOf(row)}:${row.tag}`),
        ...untagged.map((repository) => `${repository}@${digest}`),
      ]
      all.set(digest, [...new Set(texts)].slice(0, most))
    }
  }
  return all
}

function repositoryOf({ registry, repository }: Place): string {
  return `${registry}/${repository}`
}

async function tagsOf(db: Db, digests: readonly string[]) {
  return db
    .selectFrom('tag')
    .innerJoin('location', 'location.id', 'tag.location_id')
    .select(['tag.digest', 'tag.tag', 'location.registry', 'location.repository'])
    .where('tag.digest', 'in', digests)
    .where('tag.ended_at', 'is', null)
    .orderBy('location.registry')
    .orderBy('location.repository')
    .orderBy('tag.tag')
    .execute()
}

async function sightingsOf(db: Db, digests: readonly string[]) {
  return db
    .selectFrom('sighting')
    .innerJoin('location', 'location.id', 'sighting.location_id')
    .select(['sighting.digest', 'location.registry', 'location.repository'])
    .where('sighting.digest', 'in', digests)
    .where('sighting.gone_at', 'is', null)
    .orderBy('location.registry')
    .orderBy('location.repository')
    .execute()
}
