import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { deadCursor, readDeadCursor } from './dead-cursor.ts'
import { maxDeadPage } from './limits.ts'
import type { DeadJob, QueueAdmin } from './queue.ts'
import { asked } from './sqs-client.ts'
import { deadJobOf } from './sqs-message.ts'
import type { QueueName } from './sqs-queues.ts'
import { sendEntries } from './sqs-send.ts'

/**
 * SQS cannot be browsed: to see the dead letters is to receive them, which hides them from the next reader for as long.
 * They are given back when they have been read; this is for a reader that dies.
 */
const hideSeconds = 60
/** Asks all of SQS's servers; without it an answer may be empty though there is something. */
const waitSeconds = 1

export function sqsDeadLetters(
  client: SQSClient,
  urlOf: (name: QueueName) => Promise<string>,
): Pick<QueueAdmin, 'dead' | 'replay'> {
  /** Receives dead letters, at most `maxDeadPage` of them, and gives back those that `use` returns false for. */
  async function eachLetter(use: (message: Message) => Promise<boolean>): Promise<void> {
    const url = await urlOf('dead')
    const kept: Message[] = []
    try {
      while (kept.length < maxDeadPage) {
        const messages = await receive(url)
        if (messages.length === 0) break
        const used = await Promise.all(messages.map(use))
        kept.push(...messages.filter((_, index) => !used[index]))
      }
    } finally {
      await Promise.allSettled(kept.map((message) => show(url, message)))
    }
  }

  async function receive(url: string): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: hideSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    return (await asked('list dead jobs', client.send(command))).Messages ?? []
  }

  async function show(url: string, { ReceiptHandle }: Message): Promise<void> {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }))
  }

  /** Sent before it is deleted: killed between the two, it runs and is dead at the same time, which is better than neither. */
  async function revive(message: Message): Promise<void> {
    await sendEntries(client, await urlOf(deadJobOf(message).lane), [{ MessageBody: message.Body ?? '' }])
    const letter = { QueueUrl: await urlOf('dead'), ReceiptHandle: message.ReceiptHandle }
    await asked('delete a dead job', client.send(new DeleteMessageCommand(letter)))
  }

  return {
    /** Of the first `maxDeadPage` letters that SQS gives; a second reader at the same time sees fewer. */
    async dead({ limit, cursor }) {
      const after = cursor === undefined ? undefined : readDeadCursor(cursor)
      const letters: DeadJob[] = []
      await eachLetter(async (message) => {
        letters.push(deadJobOf(message))
        return false
      })
      const newest = letters.sort(newestFirst)
      const rest = after
        ? newest.filter((job) => newestFirst(job, { ...after, diedAt: new Date(after.diedAt) }) > 0)
        : newest
      const jobs = rest.slice(0, Math.min(Math.max(1, limit), maxDeadPage))
      const last = rest.length > jobs.length ? jobs.at(-1) : undefined
      return { jobs, next: last ? deadCursor(last) : null }
    },

    async replay(ids) {
      const wanted = new Set(ids)
      const started = Date.now()
      let replayed = 0
      await eachLetter(async (message) => {
        const { id, diedAt } = deadJobOf(message)
        // A job that dies again at once is not replayed for ever.
        const chosen = ids === 'all' ? diedAt.getTime() <= started : wanted.has(id)
        if (chosen) await revive(message)
        if (chosen) replayed++
        return chosen
      })
      return replayed
    },
  }
}

function newestFirst(a: Pick<DeadJob, 'diedAt' | 'id'>, b: Pick<DeadJob, 'diedAt' | 'id'>): number {
  return b.diedAt.getTime() - a.diedAt.getTime() || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
}
