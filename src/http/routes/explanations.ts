import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { TallymanError } from '../../errors.ts'
import { explainVulnerability } from '../../flows/explain-vulnerability.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { explanationSchema } from '../schemas/explanation.ts'
import { ref } from '../schemas/shape.ts'
import { digestSchema } from '../schemas/verdict.ts'

const params = Type.Object({
  digest: digestSchema,
  vulnerability: Type.String({ minLength: 1, maxLength: 200, description: 'CVE, advisory or alias' }),
})

/** Why an image has, or does not have, a vulnerability. */
export const explanationRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    tags: ['images'],
    security: needsToken,
    operationId: 'explainImageVulnerability',
    summary: 'Why it has, or does not have, a vulnerability: the records, the comparisons, the rating',
    params,
    response: { 200: ref(explanationSchema) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/findings/:vulnerability/explanation',
    schema,
    handler: async (request) => {
      const { digest, vulnerability } = request.params
      const index = await deps.store.images.index(digest)
      if (!index) return explainVulnerability(digest, vulnerability, deps)
      const platforms = index.children.map((child) => `${child.platform} ${child.digest}`).join(', ')
      throw new TallymanError('NOT_FOUND', `${digest} is an index; ask for one of its images: ${platforms}`)
    },
  })
}
