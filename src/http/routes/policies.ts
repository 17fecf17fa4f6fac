import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { TallymanError } from '../../errors.ts'
import { deletePolicy, getPolicy, listPolicies, putPolicy, type PolicyDeps } from '../../flows/change-policies.ts'
import type { AppDeps } from '../deps.ts'
import { documentBody, documentIn, takeDocuments } from '../document-body.ts'
import { needsToken } from '../openapi.ts'
import { policySchema, policyVersionSchema } from '../schemas/policy.ts'
import { list, ref } from '../schemas/shape.ts'

const about = { tags: ['work'], security: needsToken }
const params = Type.Object({ name: Type.String({ minLength: 1, maxLength: 63, description: 'name of the policy' }) })

/** What images are judged by. */
export const policyRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { now = () => new Date() } = deps
  const policies: PolicyDeps = { store: deps.store, queue: deps.queue, policies: deps.policies, now }
  takeDocuments(app)

  const listSchema = {
    ...about,
    operationId: 'listPolicies',
    summary: 'The policy of the configuration, or the built-in one, and those that were put into the store',
    response: { 200: Type.Object({ items: list(ref(policySchema)) }) },
  }
  app.route({
    method: 'GET',
    url: '/policies',
    schema: listSchema,
    handler: async () => ({ items: await listPolicies(policies) }),
  })

  const getSchema = {
    ...about,
    operationId: 'getPolicy',
    summary: 'A policy, with its document as it was written',
    params,
    response: { 200: ref(policySchema) },
  }
  app.route({
    method: 'GET',
    url: '/policies/:name',
    schema: getSchema,
    handler: async (request) => getPolicy(request.params.name, policies),
  })

  const versionsSchema = {
    ...about,
    operationId: 'getPolicyVersions',
    summary: 'A policy of the store as it stood, newest first; also one that was deleted',
    params,
    response: { 200: Type.Object({ items: list(policyVersionSchema) }) },
  }
  app.route({
    method: 'GET',
    url: '/policies/:name/versions',
    schema: versionsSchema,
    handler: async (request) => {
      const { name } = request.params
      const items = await deps.store.policies.policyVersions(name)
      if (items.length > 0) return { items }
      throw new TallymanError('NOT_FOUND', `no policy named ${name} was ever put into the store`)
    },
  })

  const putSchema = {
    ...about,
    operationId: 'putPolicy',
    summary: 'Puts a policy document in force; one with mistakes is refused and changes nothing',
    params,
    body: documentBody,
    response: { 200: ref(policySchema) },
  }
  app.route({
    method: 'PUT',
    url: '/policies/:name',
    schema: putSchema,
    handler: async (request) => putPolicy(request.params.name, documentIn(request.body), policies),
  })

  const deleteSchema = {
    ...about,
    operationId: 'deletePolicy',
    summary: 'Takes a policy of the store out of force; its versions stay',
    params,
    response: { 200: ref(policySchema) },
  }
  app.route({
    method: 'DELETE',
    url: '/policies/:name',
    schema: deleteSchema,
    handler: async (request) => {
      const { name } = request.params
      const policy = await getPolicy(name, policies)
      await deletePolicy(name, policies)
      return policy
    },
  })
}
