import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import { groupCommit } from './group-commit.ts'
import { defaultMaxAttempts } from './limits.ts'
import { lanes, type Lane, type LeasedJob, type Queue, type QueueAdmin, type Settlement } from './queue.ts'
import { asked, openSqsClient, type SqsOptions } from './sqs-client.ts'
import { sqsDeadLetters } from './sqs-dead.ts'
import { createInbox } from './sqs-inbox.ts'
import { createLeases } from './sqs-leases.ts'
import { bodyAgain, deadEntryOf, entryOf, leasedJobOf, type Entry } from './sqs-message.ts'
import { queueUrls } from './sqs-queues.ts'
import { sendEntries } from './sqs-send.ts'
import { mergeTwins, newWaitingJob, type WaitingJob } from './waiting-jobs.ts'

export { ensureSqsQueues } from './sqs-queues.ts'

/** 80 messages in each of eight requests at a time; more would only make the first of them wait. */
const maxCommitJobs = 640
const maxReceive = 10
/** The longest time that SQS hides a message, from its receipt on. */
const maxHideSeconds = 12 * 3600
/** Four polls every five seconds cost a few cents a day. */
const defaultLongPollSeconds = 5

/** A queue of SQS for each lane and one for dead letters. The queues must exist (`ensureSqsQueues`). */
export function createSqsQueue(options: SqsOptions): Queue & QueueAdmin {
  const { prefix, maxAttempts = defaultMaxAttempts, longPollSeconds = defaultLongPollSeconds } = options
  const client = openSqsClient(options)
  const urlOf = queueUrls(client, prefix)
  const leases = createLeases()
  const inbox = createInbox((job) => hide(job, 0))
  const closing = new AbortController()
  const enqueue = groupCommit(store, maxCommitJobs)

  async function store(jobs: readonly WaitingJob[]): Promise<void> {
    const merged = mergeTwins(jobs)
    await Promise.all(
      lanes.map(async (lane, priority) => {
        const entries = merged.filter((job) => job.priority === priority).map(entryOf)
        if (entries.length > 0) await sendEntries(client, await urlOf(lane), entries)
      }),
    )
  }

  async function receiveFrom(
    lane: Lane,
    limit: number,
    leaseSeconds: number,
    waitSeconds: number,
  ): Promise<LeasedJob[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: await urlOf(lane),
      MaxNumberOfMessages: Math.min(limit, maxReceive),
      VisibilityTimeout: leaseSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    })
    const { Messages = [] } = await asked('give jobs', client.send(command))
    const jobs: LeasedJob[] = []
    for (const message of Messages) {
      const job = leasedJobOf(message, lane)
      const lease = message.ReceiptHandle ?? ''
      if (job && job.attempt <= maxAttempts) jobs.push(job)
      else if (job) await bury(lane, lease, deadEntryOf(bodyAgain(job), lane, maxAttempts, spent(maxAttempts)))
      else await bury(lane, lease, deadEntryOf(message.Body ?? '', lane, 1, 'the message is not a job of tallyman'))
    }
    for (const job of jobs) leases.hold(job, leaseSeconds)
    return jobs
  }

  /** The dead letter is sent before the job is deleted: killed between the two, it is dead twice, not lost. */
  async function bury(lane: Lane, lease: string, letter: Entry): Promise<void> {
    await sendEntries(client, await urlOf('dead'), [letter])
    await remove(lane, lease)
  }

  async function remove(lane: Lane, lease: string): Promise<void> {
    const message = { QueueUrl: await urlOf(lane), ReceiptHandle: lease }
    await asked('delete a job', client.send(new DeleteMessageCommand(message)))
  }

  async function hide({ lane, lease }: LeasedJob, seconds: number): Promise<void> {
    const message = { QueueUrl: await urlOf(lane), ReceiptHandle: lease }
    const VisibilityTimeout = Math.min(maxHideSeconds, Math.max(0, Math.ceil(seconds)))
    await asked('keep a job', client.send(new ChangeMessageVisibilityCommand({ ...message, VisibilityTimeout })))
  }

  function settle(job: LeasedJob, settlement: Settlement): Promise<void> {
    switch (settlement.outcome) {
      case 'done':
        return remove(job.lane, job.lease)
      case 'released':
        return hide(job, 0)
      case 'retry':
        return hide(job, settlement.delaySeconds)
      case 'dead':
        return bury(job.lane, job.lease, deadEntryOf(bodyAgain(job), job.lane, job.attempt, settlement.error))
    }
  }

  /** What long polls have brought, or else what SQS has at once; earlier lanes first. */
  async function take(wanted: readonly Lane[], limit: number, leaseSeconds: number): Promise<LeasedJob[]> {
    const taken: LeasedJob[] = []
    for (const lane of wanted) {
      taken.push(...inbox.take(lane, limit - taken.length))
      if (taken.length === limit) break
      if (!inbox.isPolling(lane)) taken.push(...(await receiveFrom(lane, limit - taken.length, leaseSeconds, 0)))
      if (taken.length === limit) break
    }
    return taken
  }

  return {
    async send(jobs) {
      await enqueue(jobs.map(newWaitingJob))
    },

    async receive({ lanes: wanted, limit, leaseSeconds, waitSeconds, signal }) {
      const deadline = performance.now() + waitSeconds * 1000
      const ordered = lanes.filter((lane) => wanted.includes(lane))
      while (!closing.signal.aborted && !signal.aborted) {
        const rings = inbox.rings()
        const jobs = await take(ordered, limit, leaseSeconds)
        const left = deadline - performance.now()
        if (jobs.length > 0 || left <= 0) return jobs
        const pollSeconds = Math.min(longPollSeconds, Math.ceil(left / 1000))
        for (const lane of ordered) inbox.poll(lane, () => receiveFrom(lane, limit, leaseSeconds, pollSeconds))
        await inbox.heard(rings, left, signal)
      }
      return []
    },

    async extend(job, leaseSeconds) {
      if (!leases.isHeld(job)) return false
      try {
        await hide(job, leaseSeconds)
      } catch (thrown) {
        if (isLeaseLost((thrown as Error).cause)) return false
        throw thrown
      }
      leases.hold(job, leaseSeconds)
      return true
    },

    async settle(job, settlement) {
      if (!leases.isHeld(job)) return
      await settle(job, settlement)
      leases.drop(job)
    },

    /** Approximate, as SQS counts; a job that waits for its retry counts as leased. */
    async depth() {
      const names = [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesDelayed',
        'ApproximateNumberOfMessagesNotVisible',
      ] as const
      const counts = lanes.map(async (lane) => {
        const command = new GetQueueAttributesCommand({ QueueUrl: await urlOf(lane), AttributeNames: [...names] })
        const { Attributes } = await asked('count its jobs', client.send(command))
        const [visible = 0, delayed = 0, leased = 0] = names.map((name) => Number(Attributes?.[name] ?? 0))
        return { lane, waiting: visible + delayed, leased }
      })
      return Promise.all(counts)
    },

    ...sqsDeadLetters(client, urlOf),

    async close() {
      closing.abort()
      await inbox.close()
      client.destroy()
    },
  }
}

/** Deleted, or hidden for the full twelve hours. */
function isLeaseLost(thrown: unknown): boolean {
  const names = ['MessageNotInflight', 'ReceiptHandleIsInvalid', 'InvalidParameterValue']
  return names.includes((thrown as Error).name)
}

function spent(maxAttempts: number): string {
  return `the lease of attempt ${maxAttempts} ran out: its worker was killed or hung, and there is no attempt left`
}
