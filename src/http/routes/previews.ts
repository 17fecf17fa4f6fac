import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { previewDocuments } from '../../flows/preview-documents.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { previewBody, previewSchema } from '../schemas/preview.ts'
import { ref } from '../schemas/shape.ts'

/** What other rules would make of the stored images; changes nothing. */
export const previewRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { store, rules, exceptions: settings, now = () => new Date() } = deps
  const schema = {
    operationId: 'previewRules',
    summary: 'The images that would have another outcome if these policies and exceptions were in force',
    tags: ['work'],
    security: needsToken,
    body: previewBody,
    response: { 200: ref(previewSchema) },
  }
  app.route({
    method: 'POST',
    url: '/preview',
    schema,
    handler: async (request, reply) => {
      const { policies = [], exceptions = [], without = [] } = request.body
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      return previewDocuments({ policies, exceptions, without }, { store, rules, settings, now }, gone.signal)
    },
  })
}
