import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { worstOutcome } from '../../core/policy/judge.ts'
import type { Digest } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { readImage } from '../image-reference.ts'
import { needsToken } from '../openapi.ts'
import { resolveImage } from '../resolve-image.ts'
import { ref } from '../schemas/shape.ts'
import { verdictAnswerSchema, type PlatformVerdict } from '../schemas/verdict.ts'

const query = Type.Object(
  {
    image: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description:
        'host/repository[:tag][@digest], the registry’s declared name in place of the host, or a bare digest',
    }),
  },
  { additionalProperties: false },
)

/** The gate: may this image run? */
export const verdictRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'getVerdict',
    summary: 'The verdict on an image, or the worst of an index with that of each platform',
    tags: ['verdict'],
    security: needsToken,
    querystring: query,
    response: { 200: ref(verdictAnswerSchema) },
  }
  app.get('/verdict', { schema }, async (request) => {
    const { image } = request.query
    const resolved = await resolveImage(readImage(image, deps.registries), deps)
    const images = await platformVerdicts(resolved.digest, deps)
    const verdicts = images.map(({ verdict }) => verdict).filter((verdict) => verdict !== null)
    const [first] = verdicts
    if (!first) {
      throw new TallymanError(
        'NOT_SCANNED',
        `${image} (${resolved.digest}) has no verdict yet; ask for a scan or wait for it to finish`,
      )
    }
    const complete = verdicts.length === images.length
    const outcomes = verdicts.map(({ outcome }) => outcome)
    return {
      image,
      ...resolved,
      outcome: worstOutcome(complete ? outcomes : [...outcomes, 'inconclusive']),
      policy: first.policy,
      complete,
      images,
    }
  })
}

async function platformVerdicts(digest: Digest, { store }: AppDeps): Promise<PlatformVerdict[]> {
  const index = await store.images.index(digest)
  const children = index?.children ?? [{ digest, platform: null }]
  return Promise.all(
    children.map(async (child) => {
      const [record, verdict] = await Promise.all([
        store.images.get(child.digest),
        store.verdicts.current(child.digest),
      ])
      return {
        digest: child.digest,
        platform: record?.platform ?? child.platform ?? 'unknown',
        verdict: verdict ?? null,
        gaps: (record?.coverage ?? []).filter(({ status }) => status !== 'done'),
      }
    }),
  )
}
