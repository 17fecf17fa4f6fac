import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { importers } from '../../core/policy/imports/importers.ts'
import { scopeOf } from '../../core/policy/imports/scope-words.ts'
import { vexOfReports } from '../../core/report/openvex.ts'
import {
  approveException,
  endException,
  exceptionStates,
  exportExceptions,
  getException,
  listExceptions,
  putException,
  takeOver,
  type ExceptionDeps,
} from '../../flows/change-exceptions.ts'
import type { AppDeps } from '../deps.ts'
import { documentBody, documentIn, takeDocuments } from '../document-body.ts'
import { readImage } from '../image-reference.ts'
import { needsToken } from '../openapi.ts'
import { resolveImage } from '../resolve-image.ts'
import { exceptionSchema, exceptionVersionSchema, importSummarySchema, vexSchema } from '../schemas/exception.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { list, ref } from '../schemas/shape.ts'

const about = { tags: ['work'], security: needsToken }
const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 63, description: 'name of the exception' }) })
/** Of other tools' files: a thousand entries with their comments are some hundred kilobytes. */
const maxImportBytes = 1024 * 1024

const importQuery = Type.Object(
  {
    format: Type.Enum(
      importers.map(({ name }) => name),
      { type: 'string', description: 'of the file' },
    ),
    owner: Type.String({ minLength: 1, maxLength: 200, description: 'who answers for them' }),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000, description: 'of those that give none' })),
    until: filter('end of those that have none, and the latest for all: a date or RFC 3339 time'),
    name: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9._-]{0,39}$',
        description: 'what their names begin with; default: the format',
      }),
    ),
    everywhere: Type.Boolean({ default: false, description: 'they hold for every image' }),
    registry: filter('they hold in these registries, comma-separated'),
    repository: filter('in these repositories'),
    tag: filter('for these tags'),
    platform: filter('for these platforms'),
    base: filter('for images on these bases'),
    dryRun: Type.Boolean({ default: false, description: 'only tell what would become of it' }),
  },
  { additionalProperties: false },
)

/** Permissions that end, and what they are made of and written as. */
export const exceptionRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { now = () => new Date() } = deps
  const exceptions: ExceptionDeps = {
    store: deps.store,
    queue: deps.queue,
    exceptions: deps.exceptions,
    hosts: new Map([...deps.registries].map(([name, { hosts }]) => [name, hosts])),
    engine: deps.version,
    now,
  }

  const listSchema = {
    ...about,
    operationId: 'listExceptions',
    summary: 'Exceptions by name',
    querystring: listQuery({
      state: Type.Optional(
        Type.Enum([...exceptionStates], { type: 'string', description: 'expiring: active, and over soon' }),
      ),
    }),
    response: { 200: pageOf(ref(exceptionSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/exceptions',
    schema: listSchema,
    handler: async (request) => {
      const { filter: asked, page } = splitQuery(request.query)
      return listExceptions(asked, page, exceptions)
    },
  })

  const getSchema = {
    ...about,
    operationId: 'getException',
    summary: 'An exception and what it is now',
    params,
    response: { 200: ref(exceptionSchema) },
  }
  app.route({
    method: 'GET',
    url: '/exceptions/:id',
    schema: getSchema,
    handler: async (request) => getException(request.params.id, exceptions),
  })

  const versionsSchema = {
    ...about,
    operationId: 'getExceptionVersions',
    summary: 'An exception as it stood, newest first',
    params,
    response: { 200: Type.Object({ items: list(exceptionVersionSchema) }) },
  }
  app.route({
    method: 'GET',
    url: '/exceptions/:id/versions',
    schema: versionsSchema,
    handler: async (request) => {
      const { id } = await getException(request.params.id, exceptions)
      return { items: await deps.store.policies.exceptionVersions(id) }
    },
  })

  const endSchema = {
    ...about,
    operationId: 'endException',
    summary: 'Ends an exception now; it stays in the store',
    params,
    response: { 200: ref(exceptionSchema) },
  }
  app.route({
    method: 'DELETE',
    url: '/exceptions/:id',
    schema: endSchema,
    handler: async (request) => endException(request.params.id, exceptions),
  })

  const approveSchema = {
    ...about,
    operationId: 'approveException',
    summary: 'Approves an exception that waits for it; not by its owner',
    params,
    body: Type.Object(
      {
        by: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'who approves it' }),
        seen: filter('`updatedAt` of what was looked at: one that was changed since is not approved'),
      },
      { additionalProperties: false },
    ),
    response: { 200: ref(exceptionSchema) },
  }
  app.route({
    method: 'POST',
    url: '/exceptions/:id/approve',
    schema: approveSchema,
    handler: async (request) => {
      const { by, seen } = request.body
      return approveException(request.params.id, { by: by.trim(), seen }, exceptions)
    },
  })

  const exportSchema = {
    ...about,
    operationId: 'exportExceptions',
    summary: 'The exceptions in force, or what decides nothing in an image, as OpenVEX',
    querystring: Type.Object(
      {
        format: Type.Enum(['openvex'], { type: 'string', default: 'openvex' }),
        author: Type.String({ minLength: 1, maxLength: 200, default: 'tallyman', description: 'who says so' }),
        image: filter('of this image'),
      },
      { additionalProperties: false },
    ),
    response: {
      200: {
        description: 'The document. The header x-tallyman-left-out names exceptions that OpenVEX cannot say.',
        content: { 'application/json': { schema: ref(vexSchema) } },
      },
    },
  }
  app.route({
    method: 'GET',
    url: '/exceptions/export',
    schema: exportSchema,
    handler: async (request, reply) => {
      const { author, image } = request.query
      if (image !== undefined) {
        const { digest } = await resolveImage(readImage(image, deps.registries), deps)
        const report = await deps.report(digest, image)
        const reports = 'images' in report ? report.images : [report]
        return vexOfReports(reports, { author, at: now().toISOString(), engine: deps.version })
      }
      const { document, leftOut } = await exportExceptions(author, exceptions)
      if (leftOut.length > 0) reply.header('x-tallyman-left-out', namesIn(leftOut))
      return document
    },
  })

  await app.register(documentRoutes, { exceptions })
}

const documentRoutes: FastifyPluginAsyncTypebox<{ exceptions: ExceptionDeps }> = async (app, { exceptions }) => {
  takeDocuments(app)

  const putSchema = {
    ...about,
    operationId: 'putException',
    summary: 'Puts an exception document in force, or in wait for its approval; one with mistakes is refused',
    params,
    body: documentBody,
    response: { 200: ref(exceptionSchema) },
  }
  app.route({
    method: 'PUT',
    url: '/exceptions/:id',
    schema: putSchema,
    handler: async (request) => putException(request.params.id, documentIn(request.body), exceptions),
  })

  const importSchema = {
    ...about,
    operationId: 'importExceptions',
    summary: 'Takes over the exceptions of another tool’s file, and says what it cannot',
    querystring: importQuery,
    body: documentBody,
    response: { 200: ref(importSummarySchema) },
  }
  app.route({
    method: 'POST',
    url: '/exceptions/import',
    schema: importSchema,
    bodyLimit: maxImportBytes,
    handler: async (request) => {
      const { format, owner, reason, until, dryRun, name = format, ...where } = request.query
      const scopes = scopeOf(where)
      return takeOver(documentIn(request.body), { format, name, owner, reason, until, scopes, dryRun }, exceptions)
    },
  })
}

/** A header takes some thousand characters. */
const maxNames = 50

function namesIn(ids: readonly string[]): string {
  const more = ids.length - maxNames
  return more > 0 ? `${ids.slice(0, maxNames).join(', ')} and ${more} more` : ids.join(', ')
}
