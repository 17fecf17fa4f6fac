import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerVerdict } from '../../flows/answer-verdict.ts'
import { answerAsOf, momentAsked } from '../../flows/as-of.ts'
import { asOfDeps, type AppDeps } from '../deps.ts'
import { readImage } from '../image-reference.ts'
import { needsToken } from '../openapi.ts'
import { resolveImage, resolveImageAt } from '../resolve-image.ts'
import { asOfAnswerSchema, atQuery } from '../schemas/as-of.ts'
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
    at: Type.Optional(atQuery),
  },
  { additionalProperties: false },
)

/** The gate: may this image run? */
export const verdictRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'getVerdict',
    summary:
      'The verdict on an image, or the worst of an index with that of each platform; with `at` what it was and would have been then',
    tags: ['verdict'],
    security: needsToken,
    querystring: query,
    response: { 200: Type.Union([ref(verdictAnswerSchema), ref(asOfAnswerSchema)]) },
  }
  app.route({
    method: 'GET',
    url: '/verdict',
    schema,
    handler: async (request) => {
      const { image, at } = request.query
      const named = readImage(image, deps.registries)
      if (at === undefined) return answerVerdict({ image, ...(await resolveImage(named, deps)) }, deps.store)
      const past = asOfDeps(deps)
      const moment = await momentAsked(at, past)
      return answerAsOf({ image, ...(await resolveImageAt(named, moment.time, deps)) }, moment, past)
    },
  })
}
