import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { defaultMaxAttempts } from './limits.ts'
import { lanes, type Lane } from './queue.ts'
import { asked, openSqsClient, type SqsOptions } from './sqs-client.ts'

export type QueueName = Lane | 'dead'

/** The longest that SQS keeps a message: what nobody worked on for two weeks is gone. */
const retentionSeconds = 14 * 24 * 3600
/**
 * SQS's own way to the dead letters is the net beneath ours, for a worker that dies before it can look at the message; ours
 * acts first, so that a dead job carries its error.
 */
const spareReceives = 5

/** Creates the queues that do not exist, with the lanes' dead letters going to `<prefix>-dead`. Leaves others as they are. */
export async function ensureSqsQueues(options: SqsOptions): Promise<void> {
  const client = openSqsClient(options)
  try {
    const dead = await ensureQueue(client, `${options.prefix}-dead`, {})
    const { Attributes } = await asked(
      'describe its queues',
      client.send(new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] })),
    )
    const maxReceiveCount = (options.maxAttempts ?? defaultMaxAttempts) + spareReceives
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount })
    for (const lane of lanes) await ensureQueue(client, `${options.prefix}-${lane}`, { RedrivePolicy })
  } finally {
    client.destroy()
  }
}

async function ensureQueue(client: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  const url = await findQueue(client, name)
  if (url) return url
  const MessageRetentionPeriod = String(retentionSeconds)
  const create = new CreateQueueCommand({ QueueName: name, Attributes: { MessageRetentionPeriod, ...attributes } })
  return (await asked(`create the queue ${name}`, client.send(create))).QueueUrl ?? ''
}

async function findQueue(client: SQSClient, name: string): Promise<string | undefined> {
  const find = client.send(new GetQueueUrlCommand({ QueueName: name }))
  const absent = (thrown: unknown): undefined => {
    if (!(thrown instanceof QueueDoesNotExist)) throw thrown
  }
  return (await asked(`find the queue ${name}`, find.catch(absent)))?.QueueUrl
}

/** The queues' addresses, looked up once. QUEUE_UNAVAILABLE names one that does not exist. */
export function queueUrls(client: SQSClient, prefix: string): (name: QueueName) => Promise<string> {
  const known = new Map<QueueName, string>()
  return async (name) => {
    const url =
      known.get(name) ??
      (
        await asked(
          `find the queue ${prefix}-${name}`,
          client.send(new GetQueueUrlCommand({ QueueName: `${prefix}-${name}` })),
        )
      ).QueueUrl ??
      ''
    known.set(name, url)
    return url
  }
}
