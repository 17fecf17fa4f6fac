import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { remoteAccessPorts } from './remote-access-ports.ts'

test.each(['22/tcp', '2375/tcp', '5900'])('fails for %s', (port) => {
  expect(checked(remoteAccessPorts, { config: { ExposedPorts: { [port]: {} } } })).toEqual(['fail', `EXPOSE ${port}`])
})

test.each(['80/tcp', '8022/tcp', '2200-2300/tcp'])('passes for %s', (port) => {
  expect(checked(remoteAccessPorts, { config: { ExposedPorts: { [port]: {} } } })).toEqual(['pass'])
})

test('names the layer that the instruction came upon', () => {
  const history = ['COPY a /a', 'COPY b /b', { by: 'EXPOSE map[22/tcp:{}]', empty: true } as const, 'COPY c /c']
  const config = { ExposedPorts: { '22/tcp': {} } }
  expect(checked(remoteAccessPorts, { config, history })).toEqual(['fail', 'layer 1: EXPOSE 22/tcp'])
})
