import { expect, test } from 'vitest'
import type { CliContext } from './context.ts'
import { chooseServer } from './context.ts'

const settings = { server: null, token: null, ownToken: 'own', defaultServer: 'http://127.0.0.1:8080' }

const tokenFor = async (choice: { server?: string; token?: string }, given: string | null = null) => {
  const client = async () => ({ ...settings, token: given })
  return (await chooseServer(choice, { actions: { client } } as unknown as CliContext)).token
}

test("the configuration's token goes to its own server alone", async () => {
  expect(await tokenFor({})).toBe('own')
  expect(await tokenFor({ server: settings.defaultServer })).toBe('own')
  expect(await tokenFor({ server: 'http://127.0.0.1:8081' })).toBeNull()
  expect(await tokenFor({ server: 'https://tallyman.example' })).toBeNull()
})

test('a token that the user gives goes to whatever server is asked, the option before the variable', async () => {
  expect(await tokenFor({ server: 'https://tallyman.example' }, 'variable')).toBe('variable')
  expect(await tokenFor({ server: 'https://tallyman.example', token: 'option' }, 'variable')).toBe('option')
})
