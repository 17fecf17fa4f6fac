import { expect, test } from 'vitest'
import { account, checked, damagedLayer, type ImageSketch } from '../../../../fixtures/benchmark/image.ts'
import { rootUser } from './root-user.ts'

const passwd = { evidence: { 'etc/passwd': [account('root', 0), account('app', 1000), account('toor', 0)] } }
const startedBy = (User: string, layers: ImageSketch['layers'] = [passwd]) =>
  checked(rootUser, { config: { User }, layers })

test.each([
  ['', 'no USER is set, so it starts as root'],
  ['root', 'USER root has uid 0 in etc/passwd'],
  ['root:app', 'USER root has uid 0 in etc/passwd'],
  ['0', 'USER 0 is root'],
  ['00:1000', 'USER 00 is root'],
  ['toor', 'USER toor has uid 0 in etc/passwd'],
])('fails for USER %j', (user, why) => {
  expect(startedBy(user)).toEqual(['fail', why])
})

test.each(['app', 'app:0', '1000', '65532:65532'])('passes for USER %s, in etc/passwd or not', (user) => {
  expect(startedBy(user)).toEqual(['pass'])
})

test('cannot tell who a name is that etc/passwd does not have', () => {
  expect(startedBy('www')).toEqual(['undecidable', 'USER www is not in etc/passwd'])
  expect(startedBy('app', [damagedLayer])).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
    'USER app is not in etc/passwd',
  ])
  expect(startedBy('root', [{}])).toEqual(['fail', 'USER root is root'])
})

test('goes by the last etc/passwd', () => {
  const changed = { evidence: { 'etc/passwd': [account('app', 0)] } }
  expect(startedBy('app', [passwd, changed])).toEqual(['fail', 'USER app has uid 0 in etc/passwd'])
})
