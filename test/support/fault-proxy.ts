import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request as send } from 'undici'
import { listen } from './listen.ts'

/** What goes wrong, and where. The first rule that fits a request and has times left is used. */
export interface FaultRule {
  readonly fault: Fault
  readonly method?: string
  /** Of path and query. */
  readonly path?: RegExp
  /** How often; without it, for ever. */
  readonly times?: number
  /** Lets so many fitting requests pass first. */
  readonly after?: number
}

export type Fault =
  /** An answer without asking the registry: 429 with `retry-after`, 401 for an expired token, 503 … */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** The connection is reset when so many bytes of the body have passed; 0 resets before the answer. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The body ends after so many bytes, in good order and with a Content-Length that says so. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** One byte of the body is another. */
  | { readonly kind: 'corrupt'; readonly atByte: number }
  /** More bytes than there should be. */
  | { readonly kind: 'append'; readonly bytes: number }
  /** A pause after every `bytes` bytes. */
  | { readonly kind: 'slow'; readonly bytes: number; readonly pauseMs: number }
  /** The body stops after so many bytes, and the connection stays open. */
  | { readonly kind: 'hang'; readonly afterBytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** A pause before the answer. */
  | { readonly kind: 'delay'; readonly ms: number }

export interface FaultProxy {
  /** `127.0.0.1:port`: the registry, seen through the proxy. */
  readonly host: string
  /** Add and remove while it runs. */
  readonly rules: FaultRule[]
  /** Of requests that a rule was applied to: method and path. */
  readonly applied: string[]
  /** All requests: method and path. */
  readonly requests: string[]
  stop(): Promise<void>
}

/** Stands before any plain-HTTP registry (`host:port`) and breaks what the rules say. Bodies pass as they are, whole in memory. */
export async function startFaultProxy(target: string, rules: readonly FaultRule[] = []): Promise<FaultProxy> {
  const dispatcher = new Agent()
  const live = [...rules]
  const used = new Map<FaultRule, number>()
  const applied: string[] = []
  const requests: string[] = []
  const server = await listen(async (request, response) => {
    const what = `${request.method} ${request.url}`
    requests.push(what)
    const fault = pick(live, used, request)
    if (fault) applied.push(what)
    await serve(request, response, fault, target, dispatcher)
  })
  return {
    host: server.host,
    rules: live,
    applied,
    requests,
    async stop() {
      await server.stop()
      await dispatcher.destroy()
    },
  }
}

function pick(
  rules: readonly FaultRule[],
  used: Map<FaultRule, number>,
  { method, url = '' }: IncomingMessage,
): Fault | undefined {
  for (const rule of rules) {
    if ((rule.method && rule.method !== method) || (rule.path && !rule.path.test(url))) continue
    const count = (used.get(rule) ?? 0) + 1
    const first = (rule.after ?? 0) + 1
    if (count >= first + (rule.times ?? Number.POSITIVE_INFINITY)) continue
    used.set(rule, count)
    if (count >= first) return rule.fault
  }
  return undefined
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
  target: string,
  dispatcher: Agent,
): Promise<void> {
  if (fault?.kind === 'status') return finish(response, fault.status, fault.headers ?? {}, fault.body ?? '')
  if (fault?.kind === 'redirect') return finish(response, fault.status ?? 307, { location: fault.to }, '')
  if (fault?.kind === 'reset' && fault.afterBytes === 0) return reset(response)
  if (fault?.kind === 'delay') await sleep(fault.ms)
  const answer = await pass(request, target, dispatcher)
  await deliver(response, answer, fault)
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[]>
  readonly body: Buffer
  readonly isHead: boolean
}

async function pass(request: IncomingMessage, target: string, dispatcher: Agent): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { connection: _, 'content-length': __, 'transfer-encoding': ___, expect: ____, ...headers } = request.headers
  const body = Buffer.concat(chunks)
  const answer = await send(`http://${target}${request.url}`, {
    dispatcher,
    method: (request.method ?? 'GET') as 'GET',
    headers, // the host too: the registry makes its locations of it
    body: body.length > 0 || request.method === 'POST' || request.method === 'PUT' ? body : null,
  })
  const kept = Object.entries(answer.headers).filter(([name]) => name !== 'connection' && name !== 'transfer-encoding')
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(kept) as Answer['headers'],
    body: Buffer.from(await answer.body.arrayBuffer()),
    isHead: request.method === 'HEAD',
  }
}

async function deliver(response: ServerResponse, answer: Answer, fault: Fault | undefined): Promise<void> {
  const body = damaged(answer.body, fault)
  const length = fault?.kind === 'truncate' || fault?.kind === 'append' ? { 'content-length': String(body.length) } : {}
  response.writeHead(answer.status, { ...answer.headers, ...length })
  if (answer.isHead) return void response.end()
  if (fault?.kind === 'slow') return drip(response, body, fault)
  if (fault?.kind !== 'reset' && fault?.kind !== 'hang') return void response.end(body)
  await new Promise<void>((resolve) => response.write(body.subarray(0, fault.afterBytes), () => resolve()))
  if (fault.kind === 'reset') reset(response)
}

function damaged(body: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'truncate') return body.subarray(0, fault.afterBytes)
  if (fault?.kind === 'append') return Buffer.concat([body, Buffer.alloc(fault.bytes)])
  if (fault?.kind !== 'corrupt' || body.length === 0) return body
  const copy = Buffer.from(body)
  const at = Math.min(fault.atByte, body.length - 1)
  copy[at] = (copy[at] ?? 0) ^ 0xff
  return copy
}

async function drip(
  response: ServerResponse,
  body: Buffer,
  { bytes, pauseMs }: { bytes: number; pauseMs: number },
): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at += bytes) {
    response.write(body.subarray(at, at + bytes))
    await sleep(pauseMs)
  }
  response.end()
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function finish(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, headers)
  response.end(body)
}
