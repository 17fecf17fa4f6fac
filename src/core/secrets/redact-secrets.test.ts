import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactSecrets } from './redact-secrets.ts'
import { joined, planted, privateKeyPem, randomText, withChecksum } from './test-secrets.ts'

test('a build instruction without secrets stays as it is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9 ./_äöü漢字-]{0,200}$/), (text) => {
      expect(redactSecrets(`RUN ${text}`)).toBe(`RUN ${text}`)
    }),
  )
})

test('what is around a secret stays, in every script', () => {
  const token = withChecksum(joined('gh', 'p_'))
  expect(redactSecrets(`RUN echo 'ünïcode 漢字' && git clone https://x:${token}@git.internal/a # ✓`)).toBe(
    "RUN echo 'ünïcode 漢字' && git clone https://x:ghp_… (40 characters)@git.internal/a # ✓",
  )
  expect(redactSecrets('|1 DB_PASSWORD=hunter2 /bin/sh -c make')).toBe(
    '|1 DB_PASSWORD=h… (7 characters) /bin/sh -c make',
  )
})

test('nothing of a planted secret is left, whatever the rule', () => {
  for (const each of Object.values(planted).flat()) {
    // In a client's own file what is a secret is known by its place.
    if (
      /(?:npmrc|yarnrc|pypirc|netrc|pgpass|my\.cnf|credentials|config|settings|auth|terraformrc|token|key|toml)(?:\.\w+)?$/.test(
        each.path,
      )
    )
      continue
    expect(redactSecrets(`RUN ${each.text}`)).not.toContain(each.secret)
  }
})

test('a value of many kilobytes goes as a whole', () => {
  const value = randomText(5000)
  const text = redactSecrets(`ENV TLS_PRIVATE_KEY=${value} OTHER=1`)
  expect(text).toContain(' OTHER=1')
  for (let at = 10; at < value.length; at += 100) expect(text).not.toContain(value.slice(at, at + 20))
  expect(redactSecrets(`ENV KEY="${privateKeyPem()}"`)).toMatch(/^ENV KEY="-----BEGIN … \(\d+ bytes\)\n"$/)
})

test('an instruction of megabytes is cut, and searched up to there', () => {
  const text = redactSecrets(`ENV DB_PASSWORD=hunter2 ${'a '.repeat(300_000)} DB_PASSWORD=hunter3`)
  expect(text.length).toBeLessThan(270_000)
  expect(text).not.toContain('hunter')
})

test('what was redacted once stays as it is', () => {
  const text = redactSecrets(
    'RUN |1 DB_PASSWORD=hunter2 API_TOKEN="a b c" /bin/sh -c curl -u me:s3cr3t https://x:pa55word@git.internal',
  )
  expect(text).not.toContain('hunter2')
  expect(redactSecrets(text)).toBe(text)
})
