import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { policySchema } from '../schemas/policy.ts'
import { list, ref } from '../schemas/shape.ts'

/** What images are judged by. */
export const policyRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'listPolicies',
    summary: 'The policy in force',
    tags: ['work'],
    security: needsToken,
    response: { 200: Type.Object({ items: list(ref(policySchema)) }) },
  }
  app.route({ method: 'GET', url: '/policies', schema, handler: async () => ({ items: [deps.policy] }) })
}
