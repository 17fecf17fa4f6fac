import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ruleCatalogue } from '../../core/benchmark/rules.ts'
import { needsToken } from '../openapi.ts'
import { benchmarkRuleSchema } from '../schemas/check.ts'
import { list, ref } from '../schemas/shape.ts'

/** What images are checked for, beside their packages. */
export const checkRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const schema = {
    tags: ['images'],
    security: needsToken,
    operationId: 'listChecks',
    summary: 'Every rule of the image benchmark: what it asks, why, and what to do about it',
    response: { 200: Type.Object({ items: list(ref(benchmarkRuleSchema)) }) },
  }
  app.route({ method: 'GET', url: '/checks', schema, handler: async () => ({ items: ruleCatalogue }) })
}
