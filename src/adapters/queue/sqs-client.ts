import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import { TallymanError } from '../../errors.ts'

export interface SqsOptions {
  readonly region?: string | undefined
  /** Of an emulator; AWS's own if missing. */
  readonly endpoint?: string | undefined
  /** Queues are named `<prefix>-push`, `-manual`, `-delta`, `-sweep` and `-dead`. */
  readonly prefix: string
  /** A job that is received more often than this is dead. */
  readonly maxAttempts?: number
  /** Closing the queue waits at most so long for polls under way; 5 by default, of 20 that SQS allows. */
  readonly longPollSeconds?: number
  /** The SDK's own search (environment, profile, role) if missing. */
  readonly credentials?: SQSClientConfig['credentials']
}

export function openSqsClient({ region, endpoint, credentials }: SqsOptions): SQSClient {
  return new SQSClient({
    ...(region && { region }),
    ...(credentials && { credentials }),
    // Emulators name their queues with hosts that need not resolve.
    ...(endpoint && { endpoint, useQueueUrlAsEndpoint: false }),
  })
}

/** What the service or the way to it throws becomes QUEUE_UNAVAILABLE. */
export async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (thrown) {
    if (thrown instanceof TallymanError) throw thrown
    const { name, message } = thrown as Error
    throw new TallymanError('QUEUE_UNAVAILABLE', `SQS did not ${what}: ${name}: ${message}`, {}, { cause: thrown })
  }
}
