import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { formatReference } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import { scanJob } from '../../flows/scan-job.ts'
import type { AppDeps } from '../deps.ts'
import { readImage, type NamedImage } from '../image-reference.ts'
import { needsToken } from '../openapi.ts'
import { askRegistry } from '../resolve-image.ts'

const body = Type.Object(
  { image: Type.String({ minLength: 1, maxLength: 1_024, description: 'host/repository[:tag][@digest]' }) },
  { additionalProperties: false },
)

const answer = Type.Object({
  image: Type.String({ description: 'in full: what will be scanned' }),
  lane: Type.String(),
  key: Type.String({ description: 'two waiting requests for the same image are one job' }),
})

/** Scans on demand. */
export const scanRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'requestScan',
    summary: 'Puts a scan of the image into the queue; ask for its verdict afterwards',
    tags: ['work'],
    security: needsToken,
    body,
    response: { 202: answer },
  }
  app.route({
    method: 'POST',
    url: '/scans',
    schema,
    handler: async (request, reply) => {
      const { registry, repository, tag, digest } = placed(readImage(request.body.image, deps.registries))
      // Where the registry can be asked, a misspelt tag is refused here and not minutes later in the queue, and the job is
      // the same one that the tag's push has made.
      const resolved = digest ?? (await askRegistry(registry.name, repository, tag ?? 'latest', deps))
      const named = { repository, ...(tag && { tag }), ...(resolved && { digest: resolved }) }
      const job = scanJob('manual', { registry: registry.name, ...named })
      await deps.queue.send([job])
      const image = formatReference({ registry: registry.host, ...named })
      return reply.status(202).send({ image, lane: job.lane, key: job.key })
    },
  })
}

function placed(image: NamedImage): Extract<NamedImage, { kind: 'place' }> {
  if (image.kind === 'place') return image
  throw new TallymanError(
    'REFERENCE_INVALID',
    `${image.digest} does not say where the image lies; write host/repository@${image.digest}`,
  )
}
