import type { Notice } from '../../core/notice/notice.ts'

/** A way to tell people or programs of a notice. Each kind is one file and one line in channels.ts. */
export interface Channel {
  /** `kind` in the configuration. */
  readonly name: string
  /** The request that tells the target; sending it is another's (post.ts). */
  request(notice: Notice, target: ChannelTarget): ChannelRequest
}

interface ChannelTarget {
  /** What the request is signed with; only some kinds sign. */
  readonly secret: string | undefined
  /** Of sending. */
  readonly now: Date
}

export interface ChannelRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
