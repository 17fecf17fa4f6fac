import { describe, expect, test } from 'vitest'
import { requireAuthorization, requireSignature } from './authentication.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('Authorization fits', () => {
  for (const [authorization, secret] of [
    ['tide', 'tide'],
    ['Bearer tide', 'tide'],
    ['bearer  tide', 'tide'],
    ['tide', 'Bearer tide'],
    ['Bearer tide', 'Bearer tide'],
    [basic('zot:tide'), 'zot:tide'],
    [basic('zot:tide'), 'tide'],
    [basic('zot:ti:de'), 'ti:de'],
    [basic('zot:tide'), basic('zot:tide')],
  ] as const) {
    test(`${authorization} with the secret ${secret}`, () => {
      expect(() => requireAuthorization({ authorization }, [secret])).not.toThrow()
    })
  }
})

describe('Authorization does not fit', () => {
  for (const [authorization, secret] of [
    ['tidy', 'tide'],
    ['tid', 'tide'],
    ['Bearer', 'tide'],
    ['Bearer bearer tide', 'tide'],
    [basic('zot:'), 'tide'],
    [basic('zot:ti:de'), 'de'],
    [basic('tide:zot'), 'tide'],
  ] as const) {
    test(`${authorization} with the secret ${secret}`, () => {
      expect(() => requireAuthorization({ authorization }, [secret])).toThrow(
        expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
      )
    })
  }
})

test('while a secret is rotated both are valid', () => {
  for (const authorization of ['Bearer new', 'Bearer old']) {
    expect(() => requireAuthorization({ authorization }, ['new', 'old'])).not.toThrow()
  }
})

test('without a secret that is not blank nobody gets in', () => {
  const message = 'this registry has no webhook secret: configure one'
  for (const secrets of [[], [''], ['  '], ['Bearer '], ['bearer']]) {
    for (const authorization of ['', ' ', 'Bearer', 'Bearer ', basic(':'), 'anything']) {
      expect(() => requireAuthorization({ authorization }, secrets)).toThrow(expect.objectContaining({ message }))
    }
    expect(() => requireSignature({ 'x-signature': '' }, 'X-Signature', [], secrets)).toThrow(
      expect.objectContaining({ message }),
    )
  }
})

test('messages never show what was presented or expected', () => {
  const authorization = 'Bearer presented-secret'
  expect(() => requireAuthorization({ authorization }, ['expected-secret'])).toThrow(
    expect.objectContaining({
      message: 'the Authorization header fits none of the webhook secrets of this registry',
      details: {},
    }),
  )
})
