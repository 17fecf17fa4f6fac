import { parentPort } from 'node:worker_threads'
import type { Cataloger } from '../../core/inventory/cataloger.ts'
import { evidenceCataloger } from '../../core/layer/test-archive.ts'
import { serveLayers } from './serve.ts'

/** A cataloger that does to its thread what the package file says. */
const hostile: Cataloger = {
  ...evidenceCataloger(['hostile'], 'hostile'),
  wants: (path) => path === 'hostile',
  // oxlint-disable-next-line require-yield -- it never comes to that
  *read({ path, bytes }) {
    const deed = bytes.toString()
    const hoard: string[][] = []
    if (deed === 'exit') process.exit(1)
    for (;;) if (deed === 'hoard') hoard.push(Array.from({ length: 100_000 }, (_, i) => `${path}${i}`))
  },
}

serveLayers(parentPort!, [evidenceCataloger(), hostile])
