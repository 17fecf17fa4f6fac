import type { MessagePort } from 'node:worker_threads'
import type { Cataloger } from '../../core/inventory/cataloger.ts'
import { createLayerReading, type LayerReading } from '../../core/layer/read-layer.ts'
import { asTallymanError } from '../../errors.ts'
import type { Reply, Request } from './protocol.ts'
import { passedThrough } from './young-garbage.ts'

/** The worker's side: one reading at a time, messages in order. */
export function serveLayers(port: MessagePort, catalogers: readonly Cataloger[]): void {
  let reading: LayerReading | undefined
  let work: Promise<void> = Promise.resolve()

  port.on('message', (request: Request) => {
    work = work.then(() => handle(request)).catch(fail)
  })

  async function handle(request: Request): Promise<void> {
    switch (request.kind) {
      case 'begin': {
        const { blob, alsoRead, withCatalogers } = request.job
        const now = (): number => performance.now()
        reading = createLayerReading(blob, withCatalogers ? catalogers : [], { alsoRead, now })
        return
      }
      case 'bytes': {
        // After an error the rest of the bytes may still be on the way: their buffers go back all the same.
        try {
          await reading?.push(new Uint8Array(request.buffer, 0, request.length))
          passedThrough(request.length)
        } finally {
          reply({ kind: 'buffer', buffer: request.buffer }, [request.buffer])
        }
        return
      }
      case 'end': {
        const result = await reading?.finish()
        reading = undefined
        if (result) reply({ kind: 'result', result })
        return
      }
      case 'drop': {
        drop()
        reply({ kind: 'dropped' })
      }
    }
  }

  function fail(thrown: unknown): void {
    drop()
    const { code, message, stack = '' } = asTallymanError(thrown)
    reply({ kind: 'error', code, message, stack })
  }

  function drop(): void {
    reading?.close()
    reading = undefined
  }

  function reply(message: Reply, transfer: readonly ArrayBuffer[] = []): void {
    port.postMessage(message, [...transfer])
  }
}
