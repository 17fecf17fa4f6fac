import { Type } from 'typebox'
import type { Notification } from '../../core/image/push.ts'
import { parseReference } from '../../core/image/reference.ts'
import { asTallymanError } from '../../errors.ts'
import { malformed, shapeOf } from './body.ts'
import { pushed } from './classify.ts'

const genericPush = shapeOf(Type.Object({ image: Type.String() }))

/** tallyman's own contract: `{"image": "host/repository[:tag][@digest]"}`. */
export function genericNotification(data: unknown): Notification {
  const { registry: host, repository, tag, digest } = referenceOf(genericPush(data).image)
  return pushed({ host, repository, tag, digest })
}

function referenceOf(image: string): ReturnType<typeof parseReference> {
  try {
    return parseReference(image)
  } catch (error) {
    throw malformed(asTallymanError(error).message, error)
  }
}
