import { setTimeout as pause } from 'node:timers/promises'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import pLimit from 'p-limit'
import { TallymanError } from '../../errors.ts'
import { asked } from './sqs-client.ts'
import type { Entry } from './sqs-message.ts'

const batchSize = 10
/** AWS takes 1 MiB by now, emulators and older regions 256 KiB. */
const batchBytes = 256 * 1024
const attributeBytes = 8 * 1024
const tries = 4
const concurrentBatches = 8

/** Sends all entries in as few batches as fit; those that SQS refuses for reasons of its own are sent again. */
export async function sendEntries(client: SQSClient, url: string, entries: readonly Entry[]): Promise<void> {
  const limit = pLimit(concurrentBatches)
  await Promise.all(batchesOf(entries).map((batch) => limit(() => sendBatch(client, url, batch))))
}

async function sendBatch(client: SQSClient, url: string, batch: readonly Entry[]): Promise<void> {
  let left = batch
  for (let attempt = 1; ; attempt++) {
    const Entries = left.map((entry, index) => ({ ...entry, Id: String(index) }))
    const { Failed = [] } = await asked(
      'take jobs',
      client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })),
    )
    const [first] = Failed
    if (!first) return
    if (attempt === tries || Failed.some(({ SenderFault }) => SenderFault)) {
      const reason = `${first.Code}: ${first.Message ?? 'no reason given'}`
      throw new TallymanError(
        'QUEUE_UNAVAILABLE',
        `SQS did not take ${Failed.length} of ${batch.length} jobs: ${reason}`,
      )
    }
    left = left.filter((_, index) => Failed.some(({ Id }) => Id === String(index)))
    await pause(Math.random() * 100 * 2 ** attempt)
  }
}

function batchesOf(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody) + (entry.MessageAttributes ? attributeBytes : 0)
    const last = batches.at(-1)
    if (!last || last.length === batchSize || bytes + size > batchBytes) {
      batches.push([entry])
      bytes = size
    } else {
      last.push(entry)
      bytes += size
    }
  }
  return batches
}
