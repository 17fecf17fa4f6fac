import { Type, type FastifyPluginAsyncTypebox, type TUnsafe } from '@fastify/type-provider-typebox'
import { junitOf } from '../../core/report/junit.ts'
import { checkParts, findingParts, layerParts, packageParts, secretParts } from '../../core/report/parts.ts'
import type { IndexReport, Report } from '../../core/report/report.ts'
import { sarifOf } from '../../core/report/sarif.ts'
import type { Digest } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import { momentAsked } from '../../flows/as-of.ts'
import { findingsThen } from '../../flows/findings-then.ts'
import { asOfDeps, type AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { pageOfArray } from '../page-of-array.ts'
import { atQuery } from '../schemas/as-of.ts'
import { findingPartSchema } from '../schemas/finding.ts'
import { imageDetailSchema, imageSummarySchema, indexDetailSchema } from '../schemas/image.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import {
  checkPartSchema,
  indexReportSchema,
  layerPartSchema,
  packagePartSchema,
  reportSchema,
  secretPartSchema,
} from '../schemas/report.ts'
import { ref } from '../schemas/shape.ts'
import { digestSchema, outcomes } from '../schemas/verdict.ts'

const params = Type.Object({ digest: digestSchema })
const pageQuery = listQuery({})
const formatQuery = Type.Object(
  { format: Type.Enum(['json', 'sarif', 'junit'], { type: 'string', default: 'json' }) },
  { additionalProperties: false },
)
const about = { tags: ['images'], security: needsToken }

const filters = listQuery({
  registry: filter('name of a declared registry'),
  repository: filter('path without host'),
  tag: filter('tag that points to it now'),
  outcome: Type.Optional(Type.Enum([...outcomes], { type: 'string' })),
  package: filter('package that it has: name, or name@version'),
  range: filter('versions of that package, `>=2.0 <2.17.1`, by its ecosystem’s own order'),
  vulnerability: filter('vulnerability that it has, by any of its ids'),
  live: Type.Boolean({ default: true, description: 'only those that some place still holds; `false` for all' }),
})

/** What is stored about images, and the parts of their reports. */
export const imageRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const listSchema = {
    ...about,
    operationId: 'listImages',
    summary: 'Stored images; filters narrow together',
    querystring: filters,
    response: { 200: pageOf(ref(imageSummarySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/images',
    schema: listSchema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      return deps.store.images.list(filter, page)
    },
  })

  const getSchema = {
    ...about,
    operationId: 'getImage',
    summary: 'An image with its verdict and where it lies, or an index with its platforms',
    params,
    response: { 200: Type.Union([ref(imageDetailSchema), ref(indexDetailSchema)]) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest',
    schema: getSchema,
    handler: async (request) => {
      const { digest } = request.params
      const { images, verdicts, sightings, writeBacks: written } = deps.store
      const locations = await sightings.locations(digest)
      const writeBacks = (await written.of(digest)).map(({ registry, repository, manifest, status, error, at }) => {
        return { registry, repository, manifest, status, error, at }
      })
      const image = await images.get(digest)
      if (image) {
        return {
          kind: 'image' as const,
          ...image,
          verdict: (await verdicts.current(digest)) ?? null,
          locations,
          writeBacks,
        }
      }
      const index = await images.index(digest)
      if (index) return { kind: 'index' as const, ...index, locations, writeBacks }
      throw notStored(digest)
    },
  })

  const reportRouteSchema = {
    ...about,
    operationId: 'getImageReport',
    summary: 'The whole report, or one per platform for an index; also as SARIF or JUnit',
    params,
    querystring: formatQuery,
    response: {
      200: {
        description: 'The report.',
        content: {
          'application/json': { schema: Type.Union([ref(reportSchema), ref(indexReportSchema)]) },
          'application/sarif+json': { schema: Type.Object({}, { description: 'SARIF 2.1.0' }) },
          'application/xml': { schema: Type.String({ description: 'JUnit' }) },
        },
      },
    },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/report',
    schema: reportRouteSchema,
    handler: async (request, reply) => {
      const report = await deps.report(request.params.digest)
      switch (request.query.format) {
        case 'json':
          return report
        case 'sarif':
          reply.type('application/sarif+json')
          return JSON.stringify(sarifOf(report))
        case 'junit':
          reply.type('application/xml')
          return junitOf(report)
      }
    },
  })

  const findingsSchema = {
    ...about,
    operationId: 'listImageFindings',
    summary: 'Findings, worst first; with `at` those that it would have had then',
    params,
    querystring: listQuery({ at: Type.Optional(atQuery) }),
    response: { 200: pageOf(ref(findingPartSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/findings',
    schema: findingsSchema,
    handler: async (request) => {
      const { digest } = request.params
      const { filter, page } = splitQuery(request.query)
      if (filter.at === undefined) return pageOfArray(findingParts(ofOneImage(await deps.report(digest))), page)
      const moment = await momentAsked(filter.at, asOfDeps(deps))
      return pageOfArray(await findingsThen(digest, moment, deps.store), page)
    },
  })

  /** A list that is part of an image's report. */
  function part<T>(
    name: string,
    operationId: string,
    summary: string,
    item: TUnsafe<T>,
    of: (r: Report) => readonly T[],
  ) {
    const schema = { ...about, operationId, summary, params, querystring: pageQuery, response: { 200: pageOf(item) } }
    app.route({
      method: 'GET',
      url: `/images/:digest/${name}`,
      schema,
      handler: async (request) => {
        const report = ofOneImage(await deps.report(request.params.digest))
        return pageOfArray(of(report), splitQuery(request.query).page)
      },
    })
  }
  part('packages', 'listImagePackages', 'Packages, with layer and path', ref(packagePartSchema), packageParts)
  part('checks', 'listImageChecks', 'Benchmark checks', ref(checkPartSchema), checkParts)
  part('secrets', 'listImageSecrets', 'Secrets, redacted', ref(secretPartSchema), secretParts)
  part('layers', 'listImageLayers', 'Layers from the base up, with what each brought', ref(layerPartSchema), layerParts)

  const derivedSchema = {
    ...about,
    operationId: 'listDerivedImages',
    summary: 'Stored images that are built on it, newest first',
    params,
    querystring: pageQuery,
    response: { 200: pageOf(ref(imageSummarySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/derived',
    schema: derivedSchema,
    handler: async (request) => {
      const { digest } = request.params
      const derived = await deps.store.images.derived(digest, splitQuery(request.query).page)
      if (derived.items.length === 0 && !(await deps.store.images.get(digest))) throw notStored(digest)
      return derived
    },
  })
}

function ofOneImage(report: Report | IndexReport): Report {
  if (report.schema === 'tallyman.report/v1') return report
  const platforms = report.images.map(({ image }) => `${image.platform} ${image.digest}`).join(', ')
  throw new TallymanError('NOT_FOUND', `${report.digest} is an index; ask for one of its images: ${platforms}`)
}

export function notStored(digest: Digest): TallymanError {
  return new TallymanError('NOT_FOUND', `no image or index ${digest} is stored`)
}
