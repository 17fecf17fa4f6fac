import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secretRules } from './rules.ts'
import { searchFile, searchStatement } from './search.ts'
import { joined, armour, planted, privateKeyPem, randomText, withChecksum } from './test-secrets.ts'

const foundIn = (path: string, text: string) =>
  searchFile(path, Buffer.from(text)).map(({ rule, secret }) => [rule.id, secret])

describe('every rule', () => {
  for (const { id, scope } of secretRules.filter(({ scope }) => scope !== 'statement')) {
    test(`${id}: a planted one is found, and only as that`, () => {
      expect(planted[id]).toBeDefined()
      for (const { path, text, secret } of planted[id]!) expect(foundIn(path, text)).toEqual([[id, secret]])
    })

    test(`${id}: what is shown of it is not enough to use it`, () => {
      for (const { path, text, secret } of planted[id]!) {
        const [found] = searchFile(path, Buffer.from(text))
        expect(found!.redacted).not.toContain(secret)
        expect(found!.redacted).toMatch(/… \(\d+ (?:characters|bytes)\)$/)
      }
    })

    // The others are looked for in some kinds of files only.
    if (scope !== 'everything') continue
    test(`${id}: it is found in a script`, () => {
      for (const { path, text, secret } of planted[id]!) {
        if (!path.endsWith('config.yml')) continue
        expect(foundIn('srv/app/server.js', text)).toEqual([[id, secret]])
      }
    })
  }
})

describe('what is no secret', () => {
  const token = `${joined('glp', 'at-')}${randomText(20)}`

  test('tokens in tests, documentation and examples', () => {
    for (const path of [
      'srv/app/tests/auth.js',
      'srv/app/auth.test.js',
      'srv/node_modules/x/README.md',
      'usr/share/doc/x/changelog',
      'srv/.env.example',
      'srv/app/fixtures/key.pem',
      'usr/lib/python3.11/test/certdata/keycert.pem',
    ]) {
      expect(foundIn(path, token)).toEqual([])
      expect(foundIn(path, privateKeyPem())).toEqual([])
    }
  })

  test('but for those that a checksum proves, wherever they are', () => {
    const proven = withChecksum(joined('gh', 'p_'))
    expect(foundIn('srv/app/tests/auth.js', proven)).toEqual([['github-token', proven]])
    expect(foundIn('usr/share/doc/x/changelog', proven)).toEqual([['github-token', proven]])
    const made = `${joined('gh', 'p_')}${randomText(36)}`
    expect(foundIn('srv/app/node_modules/x/index.js', made)).toEqual([])
  })

  test('examples of documentations and placeholders', () => {
    for (const text of [
      `${joined('AK', 'IA')}IOSFODNN7EXAMPLE`,
      `${joined('AK', 'IA')}XXXXXXXXXXXXXXXX`,
      `${joined('gh', 'p_')}${'x'.repeat(36)}`,
      `${joined('gh', 'p_')}0123456789abcdefghijklmnopqrstuvwxyz`,
      `${joined('sk_', 'live_')}your_key_here_your_key_here`,
      'DATABASE_URL=postgres://user:password@localhost/db',
      'DATABASE_URL=postgres://user:${PASSWORD}@db/shop',
      'url: http://proxy:8080@x',
      'password: changeme',
      'password: ${DB_PASSWORD}',
      'password: <your password>',
      'password = required',
      'password: "{{ vault.password }}"',
      'password_file: /run/secrets/db',
      'passwordless: true1',
      'secretName: tls-secret-2024-01-01',
      'token: the-name-of-it',
      'tokenUrl: https://auth.internal/oauth2/token1234',
      'public_key: MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A',
      'api_key: 1234567890123456789012345678',
      'cache_key: 8d8f1c1ab2c3d4e5f6a7b8c9d0e1f2a3',
    ]) {
      expect(foundIn('srv/app/config.yml', text)).toEqual([])
    }
  })

  test("the same in a client's own file, where everything counts but what stands for another value", () => {
    const path = 'root/.aws/credentials'
    const example = `${joined('AK', 'IA')}IOSFODNN7EXAMPLE`
    expect(foundIn(path, `aws_access_key_id = ${example}`)).toEqual([['aws-credentials', example]])
    expect(foundIn('root/.npmrc', '//r/:_authToken=${NPM_TOKEN}')).toEqual([])
    expect(foundIn('root/.npmrc', '//r/:_authToken=1')).toEqual([['npm-credentials', '1']])
  })

  test('keys that a passphrase protects, public keys, certificates', () => {
    const body = Buffer.from(randomText(300)).toString('base64')
    const openssh = Buffer.from(`openssh-key-v1\0\0\0\0\x0aaes256-ctr${randomText(200)}`, 'latin1').toString('base64')
    for (const text of [
      armour('ENCRYPTED PRIVATE KEY', privateKeyPem().split('\n').slice(1, -2).join('\n')),
      armour('RSA PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n${body}`),
      armour('OPENSSH PRIVATE KEY', openssh),
      armour('PUBLIC KEY', body),
      armour('CERTIFICATE', body),
      armour('PRIVATE KEY', '...'),
      armour('PRIVATE KEY', 'A'.repeat(300)),
    ]) {
      expect(foundIn('etc/tls/server.key', text)).toEqual([])
    }
  })

  test('in sources, passwords in URLs of hosts that are made up', () => {
    const url = 'postgres://me:s3cr3t@db.example.com/shop'
    expect(foundIn('srv/app/help.js', url)).toEqual([])
    expect(foundIn('srv/app/config.yml', url)).toEqual([['password-in-url', 's3cr3t']])
  })

  test('in a file of variables, no variable that does not sound like a secret; all others as in ENV', () => {
    expect(foundIn('srv/app/.env', 'PORT=8080\nSESSION_SECRET=not very random\n')).toEqual([['secret-variable', 'not']])
    expect(foundIn('srv/app/.env.example', 'SESSION_SECRET=x')).toEqual([])
  })

  test('in sources, private keys without the structure of one', () => {
    const made = armour('RSA PRIVATE KEY', Buffer.from(randomText(300)).toString('base64'))
    expect(foundIn('srv/app/help.js', `const help = \`${made}\``)).toEqual([])
    expect(foundIn('srv/app/key.js', `const key = \`${privateKeyPem()}\``)).toHaveLength(1)
  })
})

describe('hostile text', () => {
  const words = [...new Set(secretRules.flatMap(({ keywords }) => keywords))]

  test('whatever the bytes are, what is found lies in them in order and does not overlap', () => {
    const piece = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(
        ...Object.values(planted)
          .flat()
          .map(({ text }) => text),
      ),
      fc.constantFrom('=', ': ', '"', "'", '\n', ' ', '://a:', '@', '-----', '\\', '$'),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom('srv/a.js', 'srv/a.yml', '.npmrc', '.env'),
        (pieces, path) => {
          const bytes = Buffer.from(pieces.join(''))
          for (const found of [searchFile(path, bytes), searchStatement(bytes)]) {
            let end = 0
            for (const each of found) {
              expect(each.start).toBeGreaterThanOrEqual(end)
              expect(each.secret).toBe(bytes.toString('latin1', each.start, each.end))
              end = each.end
            }
            expect(end).toBeLessThanOrEqual(bytes.length)
          }
        },
      ),
    )
  })

  test('no more than the first hundred secrets of a text are told', () => {
    const text = Array.from(
      { length: 500 },
      (_, seed) => `${joined('glp', 'at-')}${randomText(20, undefined, seed)}`,
    ).join('\n')
    expect(searchFile('srv/a', Buffer.from(text))).toHaveLength(100)
  })

  /** Text that keeps a pattern busy for as long as it can be. */
  const busy = [
    ...secretRules
      .flatMap(({ keywords }) => keywords.slice(0, 1))
      .flatMap((word) => [`${word}=`, `${word}-`, `"${word}": "a`]),
    '-----BEGIN PRIVATE KEY-----',
    `-----BEGIN PRIVATE KEY-----${'A'.repeat(500)}-`,
    '"private_key":"-----BEGIN PRIVATE KEY-----',
    'eyJhbGci.',
    '://a:b',
    '://a:@',
    'password: password',
    '"password":"',
    'echo a:b|chpasswd',
    'discord.com /api/webhooks/ ',
    'curl -u a',
    'KEY=',
    '=',
    ' --token --',
    '<password>',
    'ENV TOKEN ',
    'machine a login b password ',
    '_auth=',
    'BUNDLE_',
    'a:1:b:c:',
  ]

  /** Milliseconds for a length of text, in one piece or in several. */
  function timeOf(search: (bytes: Buffer) => unknown, unit: string, length: number, pieces: number): number {
    const bytes = Buffer.from(unit.repeat(Math.ceil(length / pieces / unit.length)))
    const start = performance.now()
    for (let piece = 0; piece < pieces; piece++) search(bytes)
    return performance.now() - start
  }

  for (const [name, search] of [
    ['a source', (bytes: Buffer) => searchFile('srv/a.js', bytes)],
    ['configuration', (bytes: Buffer) => searchFile('srv/a.yml', bytes)],
    [
      'a file of a client',
      (bytes: Buffer) =>
        ['.npmrc', '.netrc', '.pgpass', '.bundle/config', '.m2/settings.xml'].map((path) => searchFile(path, bytes)),
    ],
    ['a statement', searchStatement],
  ] as const) {
    // Both take the same time on a busy machine, too; what else it does only adds, so the least of several runs counts.
    test(`text takes no more time in one piece than in eight: ${name}`, { timeout: 120_000 }, () => {
      const slow: string[] = []
      for (const unit of busy) {
        let inEight = Infinity
        let inOne = Infinity
        const isSlow = (): boolean => inOne >= 4 * inEight + 10
        for (let run = 0; run === 0 || (run < 20 && isSlow()); run++) {
          inEight = Math.min(inEight, timeOf(search, unit, 64_000, 8))
          inOne = Math.min(inOne, timeOf(search, unit, 64_000, 1))
        }
        // Quadratic time would be eight times. The milliseconds are for the compiler and the collector.
        if (isSlow()) slow.push(`${unit}: ${inEight} ms in eight, ${inOne} in one`)
      }
      expect(slow).toEqual([])
    })
  }
})
