import { Type } from '@fastify/type-provider-typebox'
import type { TSchema, TUnsafe } from '@fastify/type-provider-typebox'

/**
 * The schema of an object that has the TypeScript type `T`: every field must be named, none may be made up. So a field
 * that is added to a record without its schema does not compile, instead of silently missing from answers.
 */
export function shape<T>(fields: { readonly [K in keyof Required<T>]: TSchema }, description?: string): TUnsafe<T> {
  return Type.Unsafe<T>(Type.Object(fields, description === undefined ? {} : { description }))
}

/** A schema that other schemas point to by name (see `ref`): it stands once in the OpenAPI document. */
export function named<T extends TSchema>($id: string, schema: T): T & { readonly $id: string } {
  return { ...schema, $id }
}

export function ref<T>(schema: TUnsafe<T> & { readonly $id: string }): TUnsafe<T> {
  return Type.Unsafe<T>({ $ref: `${schema.$id}#` })
}

export function list<T>(item: TUnsafe<T>): TUnsafe<readonly T[]> {
  return Type.Unsafe<readonly T[]>(Type.Array(item))
}

export function word<T extends string>(words: readonly T[], description?: string): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: [...words], ...(description && { description }) })
}

/** `Type.Union([schema, Type.Null()])` costs a validator a value when an answer is written; for plain types this does not. */
export function nullable<T extends 'string' | 'integer' | 'number'>(type: T): TUnsafe<JsonType<T> | null> {
  return Type.Unsafe<JsonType<T> | null>({ type: [type, 'null'] })
}

type JsonType<T> = T extends 'string' ? string : number

export function orNull<T>(schema: TUnsafe<T>): TUnsafe<T | null> {
  return Type.Unsafe<T | null>(Type.Union([schema, Type.Null()]))
}

export const text = Type.Unsafe<string>({ type: 'string' })
export const count = Type.Unsafe<number>({ type: 'integer', minimum: 0 })
export const texts = list(text)
