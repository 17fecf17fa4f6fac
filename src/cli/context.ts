import type { CliActions, ClientSettings } from './actions.ts'
import type { ExitCode } from './exit-code.ts'
import { painter, write, type CliIo } from './io.ts'
import type { ReportView } from './output/report-table.ts'
import { createServerClient, type ServerClient } from './server-client.ts'

/** What a command has at hand. */
export interface CliContext {
  readonly actions: CliActions
  readonly io: CliIo
  /** The program's exit code, where it is not 0. */
  exitWith(code: ExitCode): void
}

/** Prints the result, all at once. */
export function print({ io }: CliContext, text: string): Promise<void> {
  return write(io.stdout, text)
}

export function reportView({ io }: CliContext, limit?: number): ReportView {
  const { stdout, now = () => new Date() } = io
  return { paint: painter(stdout), now: now(), width: stdout.isTTY === true ? stdout.columns : undefined, limit }
}

export interface ServerChoice {
  readonly server?: string
  readonly token?: string
  readonly config?: string
}

/** The server that options or configuration name; null where none is named (`settings` has the default one). */
export async function chooseServer(
  { server, token, config }: ServerChoice,
  { actions }: CliContext,
): Promise<{ readonly server: string | null; readonly token: string | null; readonly settings: ClientSettings }> {
  const settings = await actions.client(config ?? null)
  const chosen = server ?? settings.server
  // The configuration's token is a secret between it and its own server.
  const own = chosen === null || chosen === settings.defaultServer ? settings.ownToken : null
  return { server: chosen, token: token ?? settings.token ?? own, settings }
}

/** Runs `work` with a client and closes its connections, so that the program can end. */
export async function withServer<T>(
  address: { readonly server: string; readonly token: string | null },
  { io }: CliContext,
  work: (client: ServerClient) => Promise<T>,
): Promise<T> {
  const client = createServerClient(address, io.signal)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}
