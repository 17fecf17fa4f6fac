import { streamInflater } from './inflate-stream.ts'
import { syncInflater } from './inflate-sync.ts'
import { engines, type Emit, type Inflater } from './inflater.ts'

export function createInflater(format: 'gzip' | 'zstd' | 'tar', emit: Emit): Inflater {
  if (format === 'tar') return plainInflater(emit)
  const engine = engines[format]
  return syncInflater(engine, emit) ?? streamInflater(engine, emit)
}

function plainInflater(emit: Emit): Inflater {
  let isWanted = true
  return {
    write(chunk) {
      if (isWanted) isWanted = emit(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    },
    end() {},
    close() {},
  }
}
