import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Compile } from 'typebox/compile'
import { LineCounter, parseDocument } from 'yaml'
import { configSchema, feedKinds, type ConfigDocument } from './config-schema.ts'
import type { NoticeKind } from './core/notice/notice.ts'
import type { Severity } from './core/match/advisory.ts'
import type { Outcome } from './core/policy/policy.ts'
import { trustedKey } from './core/signature/trusted-key.ts'
import { asTallymanError, TallymanError } from './errors.ts'

/** The effective configuration: every default filled in, every path absolute, frozen. */
export interface Config {
  readonly home: string
  readonly log: { readonly level: string }
  readonly server: {
    readonly host: string
    readonly port: number
    readonly anonymous: boolean
    readonly tokens: readonly ApiToken[]
  }
  readonly store: { readonly url: string }
  readonly queue: {
    readonly kind: 'embedded' | 'sqs'
    readonly maxAttempts: number
    readonly sqs: {
      readonly region?: string
      readonly endpoint?: string
      readonly prefix: string
      readonly create: boolean
    }
  }
  readonly worker: { readonly concurrency: number; readonly leaseSeconds: number; readonly layerThreads?: number }
  readonly registries: readonly RegistryConfig[]
  readonly feeds: readonly FeedConfig[]
  readonly notifications: readonly NotificationConfig[]
  readonly policy: { readonly file?: string }
  readonly signatures: { readonly keys: readonly KeyConfig[] }
  readonly exceptions: {
    readonly maxDays: number
    readonly noticeDays: number
    readonly approval: 'none' | 'required'
  }
  readonly report: { readonly validForSeconds: number }
}

export interface FeedConfig {
  readonly name: string
  readonly kind: (typeof feedKinds)[number]
  /** Empty: the publisher's. */
  readonly locations: readonly string[]
  readonly ecosystems: readonly string[]
  readonly everySeconds: number
  readonly maxLoss: number
}

export interface NotificationConfig {
  readonly name: string
  readonly kind: string
  readonly url: string
  readonly secret?: string
  readonly on: readonly NoticeKind[]
  readonly outcome: Outcome
  readonly severity: Severity
  readonly registries: readonly string[]
  readonly repositories: readonly string[]
}

interface KeyConfig {
  readonly name: string
  /** PEM text of a public key that was read. */
  readonly pem: string
}

interface ApiToken {
  readonly name: string
  readonly token: string
  readonly access: 'read' | 'write'
}

export interface RegistryConfig {
  readonly name: string
  readonly host: string
  readonly aliases: readonly string[]
  readonly kind: string
  readonly plainHttp: boolean
  /** PEM text. */
  readonly ca?: string
  readonly username?: string
  readonly password?: string
  readonly dockerConfig?: string
  readonly webhookSecrets: readonly string[]
  readonly writeBack: boolean
  readonly concurrency: number
  readonly requestsPerSecond?: number
  /** Undefined: never. */
  readonly sweepEverySeconds?: number
  /** Walked through in place of the catalog; none for the catalog. */
  readonly repositories: readonly string[]
}

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly default?: string | number | boolean
  readonly secret?: boolean
  readonly anyOf?: readonly Schema[]
}

type Environment = Readonly<Record<string, string | undefined>>

const validator = Compile(configSchema)

/**
 * Reads the YAML file (given, or TALLYMAN_CONFIG, or ./tallyman.yaml where there is one), lays TALLYMAN_* variables over
 * it and checks the whole. CONFIG_INVALID names the key.
 */
export function loadConfig(file?: string, environment: Environment = process.env): Config {
  const path = file ?? environment['TALLYMAN_CONFIG'] ?? (existsSync('tallyman.yaml') ? 'tallyman.yaml' : undefined)
  const document = path === undefined ? {} : readDocument(path)
  overlayEnvironment(document, configSchema, [], environment)
  check(document)
  return complete(document, environment)
}

function readDocument(path: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TallymanError('CONFIG_INVALID', `cannot read the configuration file ${path}: ${(cause as Error).message}`)
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const mistake = document.errors[0]
  if (mistake) {
    const at = lines.linePos(mistake.pos[0])
    throw new TallymanError('CONFIG_INVALID', `${path}:${at.line}:${at.col}: ${mistake.message.split('\n')[0]}`)
  }
  const value: unknown = document.toJS()
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TallymanError('CONFIG_INVALID', `${path}: the configuration is not a mapping of keys to values`)
  }
  return value as Record<string, unknown>
}

/** `server.port` is TALLYMAN_SERVER_PORT, `registries.my-hub.webhookSecret` is TALLYMAN_REGISTRIES_MY_HUB_WEBHOOK_SECRET. */
function variableName(path: readonly string[]): string {
  const words = path.map((key) =>
    key
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replaceAll('-', '_')
      .toUpperCase(),
  )
  return ['TALLYMAN', ...words].join('_')
}

/** Sets every key whose variable is set. Named entries (registries, tokens) must be in the file: a variable only completes them. */
function overlayEnvironment(value: Record<string, unknown>, schema: Schema, path: string[], env: Environment): void {
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const at = [...path, key]
    if (inner.properties) {
      const child = isMapping(value[key]) ? value[key] : {}
      overlayEnvironment(child, inner, at, env)
      if (Object.keys(child).length > 0 && (value[key] === undefined || value[key] === null)) value[key] = child
      continue
    }
    if (inner.patternProperties) {
      const entry = Object.values(inner.patternProperties)[0]
      const entries = value[key]
      if (!entry || !isMapping(entries)) continue
      for (const [name, child] of Object.entries(entries)) {
        if (isMapping(child)) overlayEnvironment(child, entry, [...at, name], env)
      }
      continue
    }
    const given = fromEnvironment(variableName(at), inner.secret === true, env)
    if (given !== undefined) value[key] = parseVariable(given, inner)
  }
}

function fromEnvironment(name: string, secret: boolean, env: Environment): string | undefined {
  const file = secret ? env[`${name}_FILE`] : undefined
  if (file === undefined) return env[name]
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new TallymanError('CONFIG_INVALID', `${name}_FILE: cannot read ${file}: ${(cause as Error).message}`)
  }
}

/** The token that the user gives for whatever server a command asks: TALLYMAN_TOKEN, or the file TALLYMAN_TOKEN_FILE names. */
export function clientToken(environment: Environment = process.env): string | null {
  return fromEnvironment('TALLYMAN_TOKEN', true, environment) ?? null
}

function parseVariable(text: string, schema: Schema): unknown {
  if (schema.type === 'integer' || schema.type === 'number') return text.trim() === '' ? text : Number(text)
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (schema.type === 'array') return text.split(',').map((part) => part.trim())
  return text
}

function check(document: Record<string, unknown>): void {
  const mistakes = validator.Errors(document).filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf')
  const all = mistakes.length > 0 ? mistakes : validator.Errors(document)
  if (all.length === 0) return
  const lines = all.map(({ instancePath, message, params }) => {
    const key = instancePath.slice(1).replaceAll('/', '.') || '(top level)'
    const unknown = (params as { additionalProperties?: readonly string[] }).additionalProperties
    return unknown ? `${key}: unknown key ${unknown.join(', ')}` : `${key}: ${message}`
  })
  throw new TallymanError('CONFIG_INVALID', `the configuration has mistakes:\n  ${[...new Set(lines)].join('\n  ')}`)
}

function complete(document: ConfigDocument, env: Environment): Config {
  const home = resolve(document.home ?? join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'tallyman'))
  const { server = {}, worker = {}, queue = {}, feed = {}, policy = {}, exceptions = {}, report = {} } = document
  const sqs = queue.sqs ?? {}
  const config: Config = {
    home,
    log: { level: document.log?.level ?? 'info' },
    server: {
      host: server.host ?? '127.0.0.1',
      port: server.port ?? 8080,
      anonymous: server.anonymous ?? false,
      tokens: Object.entries(server.tokens ?? {}).map(([name, { token, access }]) => {
        if (!token) throw new TallymanError('CONFIG_INVALID', `server.tokens.${name}.token: is missing`)
        return { name, token, access: access ?? 'read' }
      }),
    },
    store: { url: document.store?.url ?? join(home, 'tallyman.db') },
    queue: {
      kind: queue.kind ?? 'embedded',
      maxAttempts: queue.maxAttempts ?? 5,
      sqs: {
        ...(sqs.region ? { region: sqs.region } : {}),
        ...(sqs.endpoint ? { endpoint: sqs.endpoint } : {}),
        prefix: sqs.prefix ?? 'tallyman',
        create: sqs.create ?? false,
      },
    },
    worker: {
      concurrency: worker.concurrency ?? 2,
      leaseSeconds: worker.leaseSeconds ?? 60,
      ...(worker.layerThreads ? { layerThreads: worker.layerThreads } : {}),
    },
    registries: Object.entries(document.registries ?? {}).map(([name, entry]) => completeRegistry(name, entry, env)),
    feeds: completeFeeds(feed, document.feeds ?? {}),
    notifications: Object.entries(document.notifications ?? {}).map(([name, entry]) =>
      completeNotification(name, entry),
    ),
    policy: policy.file ? { file: resolve(policy.file) } : {},
    signatures: {
      keys: Object.entries(document.signatures?.keys ?? {}).map(([name, entry]) => completeKey(name, entry)),
    },
    exceptions: {
      maxDays: exceptions.maxDays ?? 365,
      noticeDays: exceptions.noticeDays ?? 7,
      approval: exceptions.approval ?? 'none',
    },
    report: { validForSeconds: seconds(report.validFor ?? '24h') },
  }
  checkHosts(config.registries)
  return deepFreeze(config)
}

/** `feed` is the short form of one feed named osv. */
function completeFeeds(
  { osv, ecosystems, every }: NonNullable<ConfigDocument['feed']>,
  declared: NonNullable<ConfigDocument['feeds']>,
): FeedConfig[] {
  const short = {
    ...(osv ? { location: osv } : {}),
    ...(ecosystems ? { ecosystems } : {}),
    ...(every ? { every } : {}),
  }
  const all = { ...(osv === 'none' ? {} : { osv: short }), ...declared }
  return Object.entries(all).map(([name, entry]) => completeFeed(name, entry))
}

type FeedDocument = NonNullable<ConfigDocument['feeds']>[string]

function completeFeed(name: string, entry: FeedDocument): FeedConfig {
  const { location, locations, ecosystems = [], every = '1h', maxLoss = 0.2 } = entry
  if (location !== undefined && locations !== undefined) {
    throw new TallymanError('CONFIG_INVALID', `feeds.${name}: give location or locations, not both`)
  }
  const kind = feedKinds.find((each) => each === (entry.kind ?? name)) ?? 'osv'
  const places = locations ?? (location === undefined ? [] : [location])
  if (kind === 'osv' && name !== 'osv' && places.length === 0) {
    throw new TallymanError('CONFIG_INVALID', `feeds.${name}.location: is missing`)
  }
  return { name, kind, locations: places, ecosystems, everySeconds: seconds(every), maxLoss }
}

type NotificationDocument = NonNullable<ConfigDocument['notifications']>[string]

function completeNotification(name: string, entry: NotificationDocument): NotificationConfig {
  const { kind, url, secret, on, registries = [], repositories = [] } = entry
  if (!url) throw new TallymanError('CONFIG_INVALID', `notifications.${name}.url: is missing`)
  if (!['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '')) {
    throw new TallymanError('CONFIG_INVALID', `notifications.${name}.url: is not an http(s) address`)
  }
  if (kind === 'webhook' && !secret) {
    throw new TallymanError('CONFIG_INVALID', `notifications.${name}.secret: is missing; events are signed with it`)
  }
  return {
    name,
    kind,
    url,
    ...(secret ? { secret } : {}),
    on: on ?? ['verdict', 'kev', 'feed-held', 'exception'],
    outcome: entry.outcome ?? 'fail',
    severity: entry.severity ?? 'high',
    registries,
    repositories,
  }
}

type KeyDocument = NonNullable<NonNullable<ConfigDocument['signatures']>['keys']>[string]

function completeKey(name: string, { file, key }: KeyDocument): KeyConfig {
  const at = `signatures.keys.${name}`
  if ((file === undefined) === (key === undefined)) {
    throw new TallymanError('CONFIG_INVALID', `${at}: give either file or key`)
  }
  const pem = key ?? readText(`${at}.file`, file!)
  try {
    trustedKey(name, pem)
  } catch (error) {
    const where = file === undefined ? `${at}.key` : `${at}.file: ${file}`
    throw new TallymanError('CONFIG_INVALID', `${where} ${asTallymanError(error).message}`)
  }
  return { name, pem }
}

type RegistryDocument = NonNullable<ConfigDocument['registries']>[string]

function completeRegistry(name: string, entry: RegistryDocument, env: Environment): RegistryConfig {
  if (entry.username && !entry.password) {
    throw new TallymanError('CONFIG_INVALID', `registries.${name}.password: is missing, there is a username`)
  }
  const dockerConfig =
    entry.dockerConfig ?? (env['DOCKER_CONFIG'] ? join(env['DOCKER_CONFIG'], 'config.json') : undefined)
  return {
    name,
    host: entry.host,
    aliases: entry.aliases ?? [],
    kind: entry.kind ?? 'distribution',
    plainHttp: entry.plainHttp ?? false,
    ...(entry.caFile ? { ca: readText(`registries.${name}.caFile`, entry.caFile) } : {}),
    ...(entry.username ? { username: entry.username } : {}),
    ...(entry.password ? { password: entry.password } : {}),
    dockerConfig: dockerConfig ?? join(homedir(), '.docker', 'config.json'),
    webhookSecrets: [entry.webhookSecret, entry.webhookSecretPrevious].filter((secret) => secret !== undefined),
    writeBack: entry.writeBack ?? true,
    concurrency: entry.concurrency ?? 6,
    ...(entry.requestsPerSecond ? { requestsPerSecond: entry.requestsPerSecond } : {}),
    ...(entry.sweepEvery === 'never' ? {} : { sweepEverySeconds: seconds(entry.sweepEvery ?? '24h') }),
    repositories: entry.repositories ?? [],
  }
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TallymanError('CONFIG_INVALID', `${key}: cannot read ${path}: ${(cause as Error).message}`)
  }
}

function checkHosts(registries: readonly RegistryConfig[]): void {
  const seen = new Map<string, string>()
  for (const { name, host, aliases } of registries) {
    for (const each of [host, ...aliases]) {
      if (!/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$/.test(each)) {
        throw new TallymanError(
          'CONFIG_INVALID',
          `registries.${name}.host: ${each} is not host[:port], without scheme or path`,
        )
      }
      const other = seen.get(each)
      if (other)
        throw new TallymanError('CONFIG_INVALID', `registries.${name}.host: ${each} is declared by ${other} too`)
      seen.set(each, name)
    }
  }
}

/** `90s`, `5m`, `1h`, `2d` in seconds; the schema has checked the form. */
function seconds(duration: string): number {
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[duration.at(-1) as 's' | 'm' | 'h' | 'd']
  return Number(duration.slice(0, -1)) * factor
}

/** The configuration as `tallyman config` prints it: secrets as `(set)`. */
export function redacted(config: Config): Readonly<Record<string, unknown>> {
  return {
    ...config,
    server: { ...config.server, tokens: config.server.tokens.map((token) => ({ ...token, token: '(set)' })) },
    store: { url: config.store.url.replace(/(:\/\/[^:/@]*):[^@/]*@/, '$1:(set)@') },
    feeds: config.feeds.map((feed) => ({
      ...feed,
      locations: feed.locations.map((location) => location.replace(/(:\/\/[^:/@]*):[^@/]*@/, '$1:(set)@')),
    })),
    notifications: config.notifications.map(({ secret, ...rest }) => ({
      ...rest,
      url: '(set)',
      ...(secret ? { secret: '(set)' } : {}),
    })),
    registries: config.registries.map(({ password, webhookSecrets, ca, ...rest }) => ({
      ...rest,
      ...(password ? { password: '(set)' } : {}),
      ...(ca ? { ca: '(set)' } : {}),
      webhookSecrets: webhookSecrets.map(() => '(set)'),
    })),
  }
}

/** Every key with its variable, type, default and description: docs/config.md is checked against it. */
export interface ConfigKey {
  readonly key: string
  readonly variable: string
  readonly secret: boolean
  readonly default: string | number | boolean | undefined
  readonly description: string
}

export function configKeys(
  schema: Schema & { description?: string } = configSchema,
  path: readonly string[] = [],
): ConfigKey[] {
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([key, inner]) => configKeys(inner, [...path, key]))
  if (schema.patternProperties) {
    return Object.values(schema.patternProperties).flatMap((inner) => configKeys(inner, [...path, '<name>']))
  }
  const { secret = false, description = '' } = schema
  return [{ key: path.join('.'), variable: variableName(path), secret, default: schema.default, description }]
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner)
    Object.freeze(value)
  }
  return value
}
