import type { SwaggerOptions } from '@fastify/swagger'

/** How the OpenAPI document is made of the routes' schemas. */
export function openapi(version: string): SwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'tallyman',
        version,
        description:
          'Verdicts on the container images of your registries. Lists are paged: pass `next` of a page as `cursor` for the one after it. Errors are application/problem+json.',
      },
      tags: [
        { name: 'verdict', description: 'the gate' },
        { name: 'images', description: 'what is stored about an image' },
        { name: 'packages', description: 'packages and vulnerabilities over all images' },
        { name: 'work', description: 'scans, jobs, feeds, policies, exceptions' },
        { name: 'webhooks', description: 'notifications of registries' },
        { name: 'operations', description: 'health, metrics, this document' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'an API token; read for GET, write for all else' },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
  }
}

/** For the `security` of a route that needs a token where tokens are configured. */
export const needsToken = [{ token: [] }]
