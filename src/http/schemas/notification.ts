import { Type } from '@fastify/type-provider-typebox'
import type { NoticeDelivery } from '../../adapters/store/notice-records.ts'
import type { Notice } from '../../core/notice/notice.ts'
import { count, named, nullable, shape, text, word } from './shape.ts'

export const noticeStatuses = ['pending', 'done', 'failed'] as const

/** What it says is as the rule's target gets it (docs/notifications.md). */
const noticeSchema = Type.Unsafe<Notice>({
  type: 'object',
  properties: {
    id: { type: 'string' },
    rule: { type: 'string' },
    at: { type: 'string' },
    changes: { type: 'array', items: { type: 'object', additionalProperties: true } },
    more: { type: 'integer', minimum: 0 },
  },
  required: ['id', 'rule', 'at', 'changes', 'more'],
})

export const noticeDeliverySchema = named(
  'NotificationDelivery',
  shape<NoticeDelivery>({
    id: text,
    rule: text,
    status: word(noticeStatuses),
    attempts: count,
    response: nullable('integer'),
    error: nullable('string'),
    createdAt: text,
    triedAt: nullable('string'),
    nextTryAt: nullable('string'),
    notice: noticeSchema,
  }),
)
