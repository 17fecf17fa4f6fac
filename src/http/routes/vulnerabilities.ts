import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { TallymanError } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { severities } from '../schemas/finding.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'
import { affectedImageSchema, vulnerabilitySummarySchema } from '../schemas/vulnerability.ts'

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200, description: 'CVE, advisory or alias' }) })
const about = { tags: ['packages'], security: needsToken }

const filters = listQuery({
  severity: Type.Optional(Type.Enum([...severities], { type: 'string', description: 'at least this bad' })),
  fixable: Type.Optional(Type.Boolean({ description: 'whether any affected package has a fix' })),
  package: filter('name of an affected package'),
})

/** Vulnerabilities over all stored images. */
export const vulnerabilityRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { packages } = deps.store

  const listSchema = {
    ...about,
    operationId: 'listVulnerabilities',
    summary: 'Vulnerabilities that stored images have, worst first',
    querystring: filters,
    response: { 200: pageOf(ref(vulnerabilitySummarySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/vulnerabilities',
    schema: listSchema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      return packages.vulnerabilities(filter, page)
    },
  })

  const getSchema = {
    ...about,
    operationId: 'getVulnerability',
    summary: 'One vulnerability by any of its ids',
    params,
    response: { 200: ref(vulnerabilitySummarySchema) },
  }
  app.route({
    method: 'GET',
    url: '/vulnerabilities/:id',
    schema: getSchema,
    handler: async (request) => find(request.params.id),
  })

  const imagesSchema = {
    ...about,
    operationId: 'listVulnerableImages',
    summary: 'The images that have it, with the findings',
    params,
    querystring: listQuery({}),
    response: { 200: pageOf(ref(affectedImageSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/vulnerabilities/:id/images',
    schema: imagesSchema,
    handler: async (request) => {
      const { vulnerability } = await find(request.params.id)
      return packages.imagesWith(vulnerability, splitQuery(request.query).page)
    },
  })

  async function find(id: string) {
    const found = await packages.vulnerability(id)
    if (!found) throw new TallymanError('NOT_FOUND', `no stored image is affected by ${id}`)
    return found
  }
}
