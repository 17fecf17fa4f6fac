import { describe, expect, test } from 'vitest'
import { secretRules } from './rules.ts'
import { searchFile, searchStatement } from './search.ts'
import { planted } from './test-secrets.ts'

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

    test.runIf(scope === 'everything')(`${id}: it is found in a script`, () => {
      for (const { path, text, secret } of planted[id]!) {
        if (!path.endsWith('config.yml')) continue
        expect(foundIn('srv/app/server.js', text)).toEqual([[id, secret]])
      }
    })
  }
})
