import { Type } from 'typebox'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { TallymanError } from '../../errors.ts'

/** Registries send one event a body, or a handful; the limit keeps one body from filling the queue. */
export const maxEvents = 1000

/** A text that some releases leave out and others send as null. */
export const text = Type.Optional(Type.Union([Type.String(), Type.Null()]))

export function malformed(message: string, cause?: unknown): TallymanError {
  return new TallymanError('WEBHOOK_MALFORMED', message, {}, { cause })
}

/** WEBHOOK_MALFORMED if it is not JSON. */
export function parseJson(body: Buffer | string): unknown {
  try {
    return JSON.parse(body.toString()) as unknown
  } catch (error) {
    throw malformed('the notification is not JSON', error)
  }
}

/** A check that what was parsed has the fields that we use, in the form that we expect; others are left alone. */
export function shapeOf<Schema extends TSchema>(schema: Schema): (value: unknown) => Static<Schema> {
  const validator = Compile(schema)
  return (value) => {
    if (validator.Check(value)) return value
    const [first] = validator.Errors(value)
    throw malformed(`the notification's ${first?.instancePath || 'body'} ${first?.message ?? 'has the wrong form'}`)
  }
}
