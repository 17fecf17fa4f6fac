import type { NoticeDelivery } from '../../adapters/store/notice-records.ts'
import { ago, grouped } from './quantities.ts'
import type { Column } from './table.ts'

export function notificationColumns(now: Date): readonly Column<NoticeDelivery>[] {
  return [
    { title: 'STATUS', cell: ({ status }) => status },
    { title: 'RULE', cell: ({ rule }) => rule },
    { title: 'CHANGES', align: 'right', cell: ({ notice }) => grouped(notice.changes.length + notice.more) },
    { title: 'CREATED', cell: ({ createdAt }) => ago(createdAt, now) },
    { title: 'TRIES', align: 'right', cell: ({ attempts }) => grouped(attempts) },
    { title: 'NEXT TRY', cell: ({ nextTryAt }) => nextTryAt ?? '-', optional: true },
    { title: 'ANSWER', cell: ({ response, error }) => error ?? (response === null ? '-' : `HTTP ${response}`) },
  ]
}
