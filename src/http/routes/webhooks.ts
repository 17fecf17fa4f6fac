import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { TallymanError } from '../../errors.ts'
import { receivePush } from '../../flows/receive-push.ts'
import type { ApiRegistry, AppDeps } from '../deps.ts'
import type { HttpMetrics } from '../metrics.ts'

/** Distribution batches events; its largest batches seen are some hundred kilobytes, CloudEvents allow a megabyte. */
const maxWebhookBodyBytes = 4 * 1024 * 1024

const params = Type.Object({ registry: Type.String({ description: 'name of a declared registry' }) })
const about = { tags: ['webhooks'], params }

const answer = Type.Object({
  accepted: Type.Integer({ minimum: 0, description: 'jobs that were stored, and deletions that were noted' }),
  ignored: Type.Record(Type.String(), Type.Integer(), { description: 'what was dropped, by reason' }),
})

/** Where registries notify us. The registry's own secret is the authentication, not an API token. */
export const webhookRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps; metrics: HttpMetrics }> = async (
  app,
  { deps, metrics },
) => {
  // The raw bytes, whatever their content type says: signatures are made over them. For this scope alone.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxWebhookBodyBytes }, (_request, body, done) => {
    done(null, body)
  })

  const receiveSchema = {
    ...about,
    operationId: 'receiveNotification',
    summary: 'A registry’s notification; once answered with 2xx, what it led to is stored durably',
    response: { 202: answer },
  }
  app.route({
    method: 'POST',
    url: '/webhooks/:registry',
    schema: receiveSchema,
    bodyLimit: maxWebhookBodyBytes,
    handler: async (request, reply) => {
      const registry = declared(request.params.registry, deps)
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const notification = { headers: request.headers, body }
      const { name, host, hosts, dialect, secrets } = registry
      try {
        dialect.authenticate(notification, secrets)
        const notifications = dialect.notifications(notification)
        const received = await receivePush({ name, host, aliases: hosts }, notifications, deps)
        metrics.notifications.inc({ registry: name, result: 'accepted' }, received.accepted)
        for (const [reason, times] of Object.entries(received.ignored)) {
          metrics.notifications.inc({ registry: name, result: `ignored ${reason}` }, times)
        }
        return await reply.status(202).send(received)
      } catch (error) {
        metrics.notifications.inc({ registry: name, result: 'refused' })
        throw error
      }
    },
  })

  // CloudEvents HTTP webhook, section 4: a sender asks whether we want its events before it sends any.
  const optionsSchema = {
    ...about,
    operationId: 'allowNotifications',
    summary: 'The CloudEvents handshake: WebHook-Request-Origin is answered with WebHook-Allowed-Origin',
    response: { 200: { description: 'Send them.', content: { 'text/plain': { schema: Type.String() } } } },
  }
  app.route({
    method: 'OPTIONS',
    url: '/webhooks/:registry',
    schema: optionsSchema,
    handler: async (request, reply) => {
      declared(request.params.registry, deps)
      const origin = request.headers['webhook-request-origin']
      reply.header('allow', 'POST, OPTIONS')
      if (typeof origin === 'string') reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' })
      return reply.type('text/plain').send('')
    },
  })
}

function declared(name: string, { registries }: AppDeps): ApiRegistry {
  const registry = registries.get(name)
  if (!registry) throw new TallymanError('NOT_FOUND', 'no registry is declared under this name')
  return registry
}
