import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { noticeKinds } from './core/notice/notice.ts'

/** What feeds may hold: adapters/feeds/feeds.ts. */
export const feedKinds = ['osv', 'kev', 'epss', 'eol'] as const

/** No key is accepted that is not here: a misspelt one is an error, not a default. */
const section = <T extends TProperties>(properties: T, description?: string): TObject<T> =>
  Type.Object(properties, { additionalProperties: false, ...(description ? { description } : {}) })

const text = (description: string, options = {}) =>
  Type.Optional(Type.String({ description, minLength: 1, ...options }))
const flag = (description: string, byDefault: boolean) =>
  Type.Optional(Type.Boolean({ description, default: byDefault }))
const whole = (description: string, minimum: number, maximum: number, byDefault?: number) =>
  Type.Optional(
    Type.Integer({ description, minimum, maximum, ...(byDefault === undefined ? {} : { default: byDefault }) }),
  )
const duration = (description: string, byDefault: string) =>
  Type.Optional(Type.String({ description, pattern: '^[1-9][0-9]*(s|m|h|d)$', default: byDefault }))
/** Marked so that `tallyman config` never prints it and `<KEY>_FILE` is read for it. */
const secret = (description: string) => text(description, { secret: true })

const registry = section({
  host: Type.String({ description: 'host[:port] as in image references', minLength: 1 }),
  aliases: Type.Optional(
    Type.Array(Type.String(), { description: 'other host names under which clients know the same registry' }),
  ),
  kind: Type.Optional(
    Type.Union(
      ['distribution', 'harbor', 'ghcr', 'cloudevents', 'generic'].map((kind) => Type.Literal(kind)),
      { description: 'how its notifications look (docs/webhooks.md)', default: 'distribution' },
    ),
  ),
  plainHttp: flag('speak plain HTTP to it', false),
  caFile: text('PEM file with the private CA that signed its certificate'),
  username: text('user name; without it the docker credentials are tried'),
  password: secret('password or token for `username`'),
  dockerConfig: text('docker config.json with its credentials; default: DOCKER_CONFIG or ~/.docker/config.json'),
  webhookSecret: secret('what its notifications are authenticated with'),
  webhookSecretPrevious: secret('the former secret, accepted too while it is rotated'),
  writeBack: flag('attach the report to scanned images as an OCI referrer', true),
  concurrency: whole('requests at a time', 1, 64, 6),
  requestsPerSecond: Type.Optional(
    Type.Number({
      description: 'requests a second at the most; default: no limit of ours',
      exclusiveMinimum: 0,
      maximum: 10_000,
    }),
  ),
  sweepEvery: Type.Optional(
    Type.String({
      description: 'how often `serve` walks through all of it for what no notification told; `never` leaves it out',
      pattern: '^([1-9][0-9]*(s|m|h|d)|never)$',
      default: '24h',
    }),
  ),
  repositories: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'what is walked through, for a registry that does not list its repositories; default: its catalog',
    }),
  ),
})

const notification = section({
  kind: Type.Union(
    ['webhook', 'slack'].map((kind) => Type.Literal(kind)),
    { description: 'how it is told (docs/notifications.md)' },
  ),
  url: secret('http(s) address that is told; no other is ever contacted'),
  secret: secret('what events of kind `webhook` are signed with; those need one'),
  on: Type.Optional(
    Type.Array(Type.Union(noticeKinds.map((kind) => Type.Literal(kind))), {
      description:
        'what is told, of `verdict`, `finding-new`, `kev`, `feed-held`, `exception`; default: all but `finding-new`',
    }),
  ),
  outcome: Type.Optional(
    Type.Union(
      (['warn', 'inconclusive', 'fail'] as const).map((outcome) => Type.Literal(outcome)),
      { description: 'changed verdicts are told that are, or were, at least so bad', default: 'fail' },
    ),
  ),
  severity: Type.Optional(
    Type.Union(
      (['critical', 'high', 'medium', 'low'] as const).map((severity) => Type.Literal(severity)),
      { description: 'new findings are told that are at least so bad', default: 'high' },
    ),
  ),
  registries: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { description: 'globs of names of registries; default: all' }),
  ),
  repositories: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { description: 'globs of repositories, `team/**`; default: all' }),
  ),
})

const feed = section({
  kind: Type.Optional(
    Type.Union(
      feedKinds.map((kind) => Type.Literal(kind)),
      {
        description: 'what it holds and how it looks (docs/feeds.md); default: its name, if that is a kind, else `osv`',
      },
    ),
  ),
  location: text('file, directory or http(s) address; default: the publisher’s'),
  locations: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), { description: 'instead of `location`: mirrors, tried in this order' }),
  ),
  ecosystems: Type.Optional(
    Type.Array(Type.String(), { description: 'of an OSV feed only these, by base name; default: all that are there' }),
  ),
  every: duration('how often `serve` looks for a newer state', '1h'),
  maxLoss: Type.Optional(
    Type.Number({
      description: 'share of its records, or of an ecosystem’s, that a new state may lack before it is held back',
      minimum: 0,
      maximum: 1,
      default: 0.2,
    }),
  ),
})

export const configSchema = section({
  home: text('directory of the embedded store; default: the data directory of the user'),
  log: Type.Optional(
    section({
      level: Type.Optional(
        Type.Union(
          ['trace', 'debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level)),
          { description: 'least level that is written to stderr', default: 'info' },
        ),
      ),
    }),
  ),
  server: Type.Optional(
    section({
      host: text('address to listen on', { default: '127.0.0.1' }),
      port: whole('port to listen on; 0 takes a free one', 0, 65_535, 8080),
      anonymous: flag('answer the API without tokens on an address that others can reach', false),
      tokens: Type.Optional(
        Type.Record(
          Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }),
          section({
            token: secret('bearer token'),
            access: Type.Optional(
              Type.Union([Type.Literal('read'), Type.Literal('write')], {
                description: '`read` asks, `write` also starts scans and replays jobs',
                default: 'read',
              }),
            ),
          }),
          { description: 'API tokens by name' },
        ),
      ),
    }),
  ),
  store: Type.Optional(section({ url: secret('file path or postgres:// address; default: tallyman.db in `home`') })),
  queue: Type.Optional(
    section({
      kind: Type.Optional(
        Type.Union([Type.Literal('embedded'), Type.Literal('sqs')], {
          description: 'embedded: in the store; sqs: Amazon SQS',
          default: 'embedded',
        }),
      ),
      maxAttempts: whole('tries before a job is put aside as dead', 1, 100, 5),
      sqs: Type.Optional(
        section({
          region: text('AWS region'),
          endpoint: text('address of an SQS emulator'),
          prefix: text('queues are named <prefix>-push, -manual, -delta, -sweep and -dead', { default: 'tallyman' }),
          create: flag('create queues that do not exist', false),
        }),
      ),
    }),
  ),
  worker: Type.Optional(
    section({
      concurrency: whole('jobs at a time', 1, 64, 2),
      leaseSeconds: whole('a job whose worker is silent for so long is given to another', 5, 43_200, 60),
      layerThreads: whole('threads that inflate and read layers; default: one per core, four at the most', 1, 64),
    }),
  ),
  registries: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }), registry, {
      description: 'the registries that are served, by name; no other is ever contacted by the server',
    }),
  ),
  feed: Type.Optional(
    section({
      osv: text('directory, archive or http(s) address in the layout of the OSV bucket; `none` for no feed', {
        default: 'https://storage.googleapis.com/osv-vulnerabilities',
      }),
      ecosystems: Type.Optional(
        Type.Array(Type.String(), {
          description: 'only these, by base name (`Debian`, `npm`); default: all that are there',
        }),
      ),
      every: duration('how often `serve` looks for a newer state', '1h'),
    }),
  ),
  feeds: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }), feed, {
      description: 'further feeds by name; `feeds.osv` takes the place of `feed`',
    }),
  ),
  notifications: Type.Optional(
    Type.Record(Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }), notification, {
      description: 'who is told of changes, by name',
    }),
  ),
  policy: Type.Optional(
    section({ file: text('policies, one or more documents in one file; default: the built-in one') }),
  ),
  signatures: Type.Optional(
    section({
      keys: Type.Optional(
        Type.Record(
          Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }),
          section({
            file: text('PEM file with the public key'),
            key: text('the public key itself, as PEM text'),
          }),
          { description: 'public keys that signatures of images are looked for with, by the names policies ask for' },
        ),
      ),
    }),
  ),
  exceptions: Type.Optional(
    section({
      maxDays: whole('an exception ends at the latest so many days after it was put', 1, 3_650, 365),
      noticeDays: whole('its end is told so many days ahead', 1, 30, 7),
      approval: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('required')], {
          description: '`required`: an exception waits until somebody else than its owner approves it',
          default: 'none',
        }),
      ),
    }),
  ),
  report: Type.Optional(section({ validFor: duration('how long a written-back verdict may be relied upon', '24h') })),
})

export type ConfigDocument = Static<typeof configSchema>
