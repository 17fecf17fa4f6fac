import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import swagger from '@fastify/swagger'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type RouteOptions } from 'fastify'
import { TallymanError } from '../errors.ts'
import { tokenCheck } from './auth.ts'
import type { AppDeps } from './deps.ts'
import { createMetrics, measureRequests } from './metrics.ts'
import { problemSchema, sendProblem } from './problem.ts'
import { baseRoutes } from './routes/bases.ts'
import { changeRoutes } from './routes/changes.ts'
import { checkRoutes } from './routes/checks.ts'
import { exceptionRoutes } from './routes/exceptions.ts'
import { explanationRoutes } from './routes/explanations.ts'
import { feedRoutes } from './routes/feeds.ts'
import { historyRoutes } from './routes/history.ts'
import { imageRoutes } from './routes/images.ts'
import { jobRoutes } from './routes/jobs.ts'
import { metricsRoute } from './routes/metrics.ts'
import { notificationRoutes } from './routes/notifications.ts'
import { operationRoutes } from './routes/operations.ts'
import { packageRoutes } from './routes/packages.ts'
import { policyRoutes } from './routes/policies.ts'
import { previewRoutes } from './routes/previews.ts'
import { scanRoutes } from './routes/scans.ts'
import { verdictRoutes } from './routes/verdict.ts'
import { vulnerabilityRoutes } from './routes/vulnerabilities.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { sharedSchemas } from './schemas/shared.ts'
import { openapi } from './openapi.ts'

/** Of API requests: a scan request is a line of JSON. Webhooks have their own limit. */
const maxApiBodyBytes = 64 * 1024
/** A client that takes longer to send its request is not one of ours. */
const requestTimeoutMs = 60_000

/** The HTTP side: API, webhooks, health, metrics and their OpenAPI document. Listens to nothing yet. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = deps.log
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: maxApiBodyBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId,
    routerOptions: { maxParamLength: 200 },
    // Fastify would silently drop unknown fields; a misspelt filter must not answer with everything.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true } },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  })

  const metrics = createMetrics(deps)
  measureRequests(app, metrics.registry)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]
    return sendProblem(new TallymanError('NOT_FOUND', `there is no ${request.method} ${path}`), request, reply)
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request
    request.log.debug({ method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered')
  })

  for (const schema of sharedSchemas) app.addSchema(schema)
  app.addHook('onRoute', declareProblem)
  await app.register(swagger, openapi(deps.version))

  await app.register(operationRoutes, { deps })
  await app.register(webhookRoutes, { deps, metrics })
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', tokenCheck(deps.tokens))
    await guarded.register(metricsRoute, { metrics })
    await guarded.register(
      async (api) => {
        await api.register(verdictRoutes, { deps })
        await api.register(imageRoutes, { deps })
        await api.register(historyRoutes, { deps })
        await api.register(baseRoutes, { deps })
        await api.register(explanationRoutes, { deps })
        await api.register(changeRoutes, { deps })
        await api.register(checkRoutes)
        await api.register(packageRoutes, { deps })
        await api.register(vulnerabilityRoutes, { deps })
        await api.register(scanRoutes, { deps })
        await api.register(jobRoutes, { deps })
        await api.register(feedRoutes, { deps })
        await api.register(policyRoutes, { deps })
        await api.register(exceptionRoutes, { deps })
        await api.register(previewRoutes, { deps })
        await api.register(notificationRoutes, { deps })
      },
      { prefix: '/api/v1' },
    )
  })
  return app
}

/** The caller's own id where it is harmless, so that a request can be followed through both logs. */
function genReqId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}

/** Every route can end in a problem; said once here, not in every route. */
function declareProblem(route: RouteOptions): void {
  if (!route.schema) throw new TallymanError('INTERNAL', `the route ${route.url} has no schema`)
  const problem = { 'application/problem+json': { schema: { $ref: `${problemSchema.$id}#` } } }
  route.schema.response = {
    ...(route.schema.response as object | undefined),
    default: { description: 'What went wrong.', content: problem },
  }
}
