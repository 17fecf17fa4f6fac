import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { privilegedPorts } from './privileged-ports.ts'

test.each(['80/tcp', '443', '1000-2000/udp'])('fails for %s', (port) => {
  expect(checked(privilegedPorts, { config: { ExposedPorts: { [port]: {} } } })).toEqual(['fail', `EXPOSE ${port}`])
})

test.each(['8080/tcp', '1024/tcp', 'odd'])('passes for %s', (port) => {
  expect(checked(privilegedPorts, { config: { ExposedPorts: { [port]: {} } } })).toEqual(['pass'])
})

test('names the layer that the instruction came upon', () => {
  const history = ['COPY a /a', 'COPY b /b', { by: 'EXPOSE map[22/tcp:{}]', empty: true } as const, 'COPY c /c']
  const config = { ExposedPorts: { '22/tcp': {} } }
  expect(checked(privilegedPorts, { config, history })).toEqual(['fail', 'layer 1: EXPOSE 22/tcp'])
})
