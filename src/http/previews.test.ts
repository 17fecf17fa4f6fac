import { afterEach, beforeEach, expect, test } from 'vitest'
import { startApi, type Api } from '../../test/support/api.ts'
import { judgeStored, storeImage, storeSnapshot } from '../../test/support/stored-images.ts'
import type { Digest } from '../core/image/digest.ts'

let api: Api
let digest: Digest
beforeEach(async () => {
  api = await startApi()
  digest = (await storeImage(api.store, 'api')).digest
  await api.store.sightings.observe({ registry: 'hub', repository: 'team/api' }, digest, '1.5', '2026-05-02T10:00:00Z')
  await storeSnapshot(api.store)
  await judgeStored(api.store, digest)
})
afterEach(() => api.close())

const patient = `apiVersion: tallyman.dev/v1
kind: Policy
metadata: { name: patient }
spec:
  vulnerabilities: [{ name: critical, severity: critical, action: warn }]
`
const accepted = `apiVersion: tallyman.dev/v1
kind: Exception
metadata: { name: minimist }
spec:
  vulnerabilities: [CVE-2021-44906]
  scope: { repositories: [team/api] }
  reason: only trusted input
  owner: team-web
  until: 2026-06-01
`

async function preview(payload: unknown) {
  const answer = await api.app.inject({ method: 'POST', url: '/api/v1/preview', payload: payload as object })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
}

test('a preview says which images a policy would turn, and why, and changes nothing', async () => {
  const before = await api.store.verdicts.current(digest)
  expect(await preview({ policies: [patient] })).toEqual({
    status: 200,
    body: {
      images: 1,
      flips: { 'fail → warn': 1 },
      changed: [
        {
          digest,
          references: ['hub/team/api:1.5'],
          platform: 'linux/amd64',
          before: 'fail',
          after: 'warn',
          reasons: [
            {
              rule: 'fixable-high',
              outcome: 'fail',
              message: '2 vulnerabilities of high severity or worse, all with a fix',
              findings: 2,
            },
          ],
          wouldBe: [
            {
              rule: 'critical',
              outcome: 'warn',
              message: '1 vulnerability of critical severity, with a fix',
              findings: 1,
            },
          ],
        },
      ],
    },
  })
  expect(await api.store.verdicts.current(digest)).toEqual(before)
  expect(await api.store.policies.policies()).toEqual([])
})

test('an exception is previewed as if it were approved, and what would go with --without', async () => {
  expect((await preview({ exceptions: [accepted] })).body).toMatchObject({ images: 1, flips: {} })
  const both = { exceptions: [accepted], policies: [patient] }
  expect((await preview(both)).body).toMatchObject({ flips: { 'fail → pass': 1 } })
  expect(await preview({ without: ['nobody'] })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
})

test('a document with a mistake is refused with its place', async () => {
  const wrong = patient.replace('severity: critical', 'severity: bad')
  expect(await preview({ policies: [patient, wrong] })).toMatchObject({
    status: 422,
    body: { code: 'POLICY_INVALID', mistakes: [{ line: 5, path: 'spec.vulnerabilities.0.severity' }] },
  })
  expect(await preview({ policy: patient })).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } })
})
