import type { FastifyInstance } from 'fastify'
import { TallymanError } from '../errors.ts'

const schema = { type: 'string', minLength: 1 } as const

/** The body of a route that takes a document. */
export const documentBody = {
  content: {
    'application/yaml': { schema },
    'application/json': { schema: { description: 'the same as JSON' } },
    'text/plain': { schema },
  },
} as const

/**
 * The routes of this plugin get their bodies as they were sent: mistakes are told by line and column of the text, and JSON is
 * YAML too.
 */
export function takeDocuments(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
}

/** Nothing checks a request that has no body at all. */
export function documentIn(body: unknown): string {
  if (typeof body === 'string' && body !== '') return body
  throw new TallymanError('REQUEST_INVALID', 'the request has no body: send the document as it')
}
