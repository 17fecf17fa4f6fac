import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage } from './support/build-image.ts'
import { eventually, startHouse, type House } from './support/house.ts'
import { reportArtifactType } from '../src/core/report/referrer.ts'
import type { Report } from '../src/core/report/report.ts'
import type { VerdictAnswer } from '../src/flows/answer-verdict.ts'

/** From a document that somebody puts to the verdict of an image that nobody pulls again, and back. */

const feed = {
  'npm/CVE-2021-23337.json': {
    id: 'CVE-2021-23337',
    modified: '2024-01-01T00:00:00Z',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem: 'npm', name: 'lodash' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
      },
    ],
  },
}

let house: House
beforeAll(async () => {
  house = await startHouse({ feed })
  const entries = { 'app/node_modules/lodash/package.json': JSON.stringify({ name: 'lodash', version: '4.17.20' }) }
  const image = await buildImage({ layers: [{ entries, createdBy: 'RUN npm install' }] })
  await pushImage(house.client.repository('team/app'), image, '1')
})
afterAll(() => house.stop())

async function send(method: 'PUT' | 'DELETE', path: string, body?: string): Promise<number> {
  const headers = { 'content-type': 'application/yaml' }
  const answer = await fetch(`${house.server}/api/v1/${path}`, { method, ...(body !== undefined && { body, headers }) })
  return answer.status
}

async function verdict(outcome: string) {
  const { body } = await eventually(
    () => house.get<VerdictAnswer>(`/api/v1/verdict?image=${house.registry.host}/team/app:1`),
    (answer) => answer.body.outcome === outcome,
  )
  return body.images[0]?.verdict
}

function document(kind: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion: 'tallyman.dev/v1', kind, metadata: { name }, spec })
}

const until = new Date(Date.now() + 30 * 86_400_000).toISOString()
const lodash = (scope: object) =>
  document('Exception', 'lodash', {
    vulnerabilities: ['CVE-2021-23337'],
    scope,
    reason: 'templates are ours',
    owner: 'team-app',
    until,
  })

test('an exception takes its finding out of the verdict where it holds, and gives it back when it is ended', async () => {
  await verdict('fail')
  expect(await send('PUT', 'exceptions/lodash', lodash({ repositories: ['other/*'] }))).toBe(200)
  expect(await send('PUT', 'exceptions/lodash', lodash({ repositories: ['team/*'] }))).toBe(200)
  const passed = await verdict('pass')
  expect(passed?.cause).toBe('exception lodash')
  const { body } = await house.get<Report>(`/api/v1/images/${passed?.digest}/report`)
  expect(body.findings).toMatchObject([
    { vulnerability: 'CVE-2021-23337', state: 'suppressed', suppressed: { by: 'exception', until } },
  ])
  const exported = await house.get<{ statements: unknown[] }>(`/api/v1/exceptions/export?image=${passed?.digest}`)
  expect(exported.body.statements).toMatchObject([
    { vulnerability: { name: 'CVE-2021-23337' }, status: 'affected', products: [{ subcomponents: [{}] }] },
  ])
  expect(await send('DELETE', 'exceptions/lodash')).toBe(200)
  expect((await verdict('fail'))?.cause).toBe('exception lodash')
})

test('a written verdict is valid no longer than the exception that it rests on', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  expect(await send('PUT', 'exceptions/lodash', lodash({ repositories: ['team/*'] }).replace(until, soon))).toBe(200)
  const passed = await verdict('pass')
  const repository = house.client.repository('team/app')
  const annotations = async () => {
    const [referrer] = await repository.referrers(passed!.digest, reportArtifactType, new AbortController().signal)
    return referrer?.annotations ?? {}
  }
  const written = await eventually(annotations, (found) => found['dev.tallyman.verdict'] === 'pass')
  expect(written['dev.tallyman.valid-until']).toBe(soon)
  expect(await send('DELETE', 'exceptions/lodash')).toBe(200)
  await verdict('fail')
})

test('a policy that is put judges what is stored, and no longer when it is deleted', async () => {
  const lenient = document('Policy', 'lenient', {
    vulnerabilities: [{ name: 'any', severity: 'low', action: 'warn' }],
  })
  expect(await send('PUT', 'policies/lenient', lenient)).toBe(200)
  expect(await verdict('warn')).toMatchObject({ policy: 'lenient', cause: 'policy' })
  expect(await send('PUT', 'policies/lenient', lenient.replace('low', 'awful'))).toBe(422)
  expect((await verdict('warn'))?.policy).toBe('lenient')
  expect(await send('DELETE', 'policies/lenient')).toBe(200)
  expect(await verdict('fail')).toMatchObject({ policy: 'default', cause: 'policy' })
})
