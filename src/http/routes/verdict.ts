import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerVerdict } from '../../flows/answer-verdict.ts'
import type { AppDeps } from '../deps.ts'
import { readImage } from '../image-reference.ts'
import { needsToken } from '../openapi.ts'
import { resolveImage } from '../resolve-image.ts'
import { ref } from '../schemas/shape.ts'
import { verdictAnswerSchema } from '../schemas/verdict.ts'

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
  app.route({
    method: 'GET',
    url: '/verdict',
    schema,
    handler: async (request) => {
      const { image } = request.query
      const resolved = await resolveImage(readImage(image, deps.registries), deps)
      return answerVerdict({ image, ...resolved }, deps.store)
    },
  })
}
