import type { Channel } from './channel.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** Every kind of channel: a new one is a file and a line here. */
export const channels: readonly Channel[] = [webhook, slack]
