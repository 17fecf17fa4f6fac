import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDigest } from '../../core/image/digest.ts'
import type { Notification } from '../../core/image/push.ts'
import { isRepository, isTag } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import type { Dialect, WebhookRequest } from './dialect.ts'
import { dialects } from './dialects.ts'

/** Keys and values that the dialects look at, in every wrong combination. */
const words = `events action push delete target repository tag digest references mediaType type data data_base64 subject
  PUSH_ARTIFACT DELETE_ARTIFACT event_data resources repo_full_name package owner login package_version manifest
  container_metadata specversion 1.0 id source image name reference zotregistry.image.updated a/../b team/api __proto__
  dev.cdevents.artifact.published.0.2.0 dev.tallyman.image.pushed pkg:oci/a@b?repository_url=x/y sha256:${'a'.repeat(64)}`
const word = fc.constantFrom(...words.split(/\s+/))
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    word,
    fc.string(),
    fc.constantFrom(null, true, 7),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 6 }),
  ),
}))
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  json.map((value) => Buffer.from(JSON.stringify(value))),
)
const headers = fc.record(
  {
    authorization: fc.string(),
    'content-type': fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/x-www-form-urlencoded',
    ),
    'x-github-event': fc.constantFrom('package', 'registry_package', 'ping'),
    'x-hub-signature-256': fc.string(),
    'x-tallyman-timestamp': fc.string(),
    'x-tallyman-signature': fc.string(),
    'ce-specversion': fc.constantFrom('1.0', '0.3'),
    'ce-id': fc.string(),
    'ce-source': fc.constant('/'),
    'ce-type': word,
  },
  { requiredKeys: [] },
)
const request = fc.record<WebhookRequest>({ headers, body })

for (const dialect of dialects) {
  test(`${dialect.name}: any bytes give notifications with sound names, or WEBHOOK_MALFORMED`, () => {
    expect(() =>
      fc.assert(
        fc.property(request, (each) => areSound(dialect, each)),
        { numRuns: 500 },
      ),
    ).not.toThrow()
  })

  test(`${dialect.name}: nothing gets in by chance`, () => {
    fc.assert(
      fc.property(request, (each) => {
        expect(() => dialect.authenticate(each, ['tide-tables'])).toThrow(
          expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
        )
      }),
    )
  })
}

function areSound(dialect: Dialect, each: WebhookRequest): boolean {
  try {
    return dialect.notifications(each).every(isSound)
  } catch (error) {
    return error instanceof TallymanError && error.code === 'WEBHOOK_MALFORMED'
  }
}

function isSound(notification: Notification): boolean {
  if (notification.action === 'ignored') return /^[a-z-]{2,20}$/.test(notification.reason)
  const { repository, tag, digest } = notification.action === 'delete' ? notification : notification.push
  return isRepository(repository) && (tag === undefined || isTag(tag)) && (digest === undefined || isDigest(digest))
}
