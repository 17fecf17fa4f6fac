import { Type } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { asTallymanError, errorCodes, TallymanError, type ErrorCode } from '../errors.ts'
import type { PlacedMistake } from '../core/policy/document-mistakes.ts'
import { list, named, shape, text, word } from './schemas/shape.ts'

/** RFC 9457, with our code. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  /** The answer's x-request-id: look for it in the server's log. */
  readonly requestId: string
  /** Of a document: every mistake with its place. */
  readonly mistakes?: readonly PlacedMistake[]
}

export const problemSchema = named(
  'Problem',
  shape<Problem>(
    {
      type: text,
      title: text,
      status: Type.Integer(),
      detail: text,
      code: word(Object.keys(errorCodes) as ErrorCode[]),
      requestId: text,
      mistakes: Type.Optional(
        list(shape<PlacedMistake>({ line: Type.Integer(), column: Type.Integer(), path: text, message: text })),
      ),
    },
    'RFC 9457 problem; `code` is one of the error codes of docs/errors.md',
  ),
)

/** These speak of the inside of the server (paths, queries, addresses): callers get the table's sentence, the log the rest. */
const internal: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'CONFIG_INVALID',
  'STORE_UNAVAILABLE',
  'QUEUE_UNAVAILABLE',
])

/** Seconds after which it is worth asking again, for answers with status 503. */
const retryAfterSeconds = 5

/** Every error leaves here: as application/problem+json, with the details in the log alone. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toTallymanError(thrown)
  const { status, meaning } = errorCodes[error.code]
  if (status >= 500) request.log.error({ err: error, details: error.details }, 'request failed')
  const problem: Problem = {
    type: `urn:tallyman:error:${error.code}`,
    title: meaning,
    status,
    detail: internal.has(error.code) ? meaning : error.message,
    code: error.code,
    requestId: request.id,
    ...mistakesOf(error),
  }
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="tallyman"')
  if (status === 503) reply.header('retry-after', retryAfterSeconds)
  // Written by hand: some failures come before a route with its schemas is known.
  return reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .serializer((body: Problem) => JSON.stringify(body))
    .send(problem)
}

/** Their documents' readers say them as data too. */
function mistakesOf({ details: { mistakes } }: TallymanError): Pick<Problem, 'mistakes'> {
  return Array.isArray(mistakes) ? { mistakes: mistakes as readonly PlacedMistake[] } : {}
}

function toTallymanError(thrown: unknown): TallymanError {
  if (thrown instanceof TallymanError || !(thrown instanceof Error)) return asTallymanError(thrown)
  const { validation, validationContext, statusCode = 500, code } = thrown as FastifyError
  if (validation) return new TallymanError('REQUEST_INVALID', describeMistake(validation, validationContext))
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new TallymanError('BODY_TOO_LARGE', 'the request body is larger than this route takes')
  }
  if (statusCode >= 400 && statusCode < 500) return new TallymanError('REQUEST_INVALID', thrown.message)
  return asTallymanError(thrown)
}

const places: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'path parameter',
  body: 'body field',
  headers: 'header',
}

/** Names the field: `unknown query parameter "colour"`, `query parameter "limit" must be <= 1000`. */
function describeMistake(validation: NonNullable<FastifyError['validation']>, context = 'body'): string {
  const place = places[context] ?? context
  const mistake = validation[0]
  if (!mistake) return `the ${place} is not valid`
  const { keyword, instancePath, params, message = 'is not valid' } = mistake
  const field = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'additionalProperties') return `unknown ${place} ${JSON.stringify(params['additionalProperty'])}`
  if (keyword === 'required') return `${place} ${JSON.stringify(params['missingProperty'])} is missing`
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) {
    return `${place} ${JSON.stringify(field)} must be one of ${params['allowedValues'].join(', ')}`
  }
  return field === '' ? `the request ${context} ${message}` : `${place} ${JSON.stringify(field)} ${message}`
}
