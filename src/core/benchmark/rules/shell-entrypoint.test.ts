import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { shellEntrypoint } from './shell-entrypoint.ts'

test.each<[object, string[]]>([
  [{ Cmd: ['/bin/sh', '-c', 'node server.js'] }, ['fail', 'it starts /bin/sh -c, which starts the program']],
  [{ Entrypoint: ['bash', '-ec', 'a && b'] }, ['fail', 'it starts bash -ec, which starts the program']],
  [{ Entrypoint: ['/bin/bash'] }, ['fail', 'the entrypoint is /bin/bash']],
  [{ Cmd: ['bash'] }, ['not-applicable', 'it starts bash and nothing else, as base images do']],
  [{ Entrypoint: ['/bin/sh', '-c', 'exec node server.js'] }, ['pass']],
  [{ Entrypoint: ['/bin/sh', '/entry.sh'] }, ['pass']],
  [{ Entrypoint: ['/entry.sh'], Cmd: ['sh'] }, ['pass']],
  [{}, ['pass']],
])('%j', (config, outcome) => {
  expect(checked(shellEntrypoint, { config: { ...config } })).toEqual(outcome)
})
