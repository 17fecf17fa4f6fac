import type { Emit, Engine, Inflater } from './inflater.ts'

/** The same through Node's public streams: correct on every Node, with a quarter more CPU and twice the memory. */
export function streamInflater(engine: Engine, emit: Emit): Inflater {
  let isWanted = true
  let stream = open()

  function open(): ReturnType<Engine['create']> {
    const stream = engine.create()
    stream.on('data', (chunk: Buffer) => {
      if (isWanted) isWanted = emit(chunk)
    })
    stream.on('error', () => {}) // `settled` tells the caller
    return stream
  }

  /** Waits for the callback of `start`, or for the stream to end before that; tells which it was. */
  function settled(start: (done: () => void) => void): Promise<'done' | 'ended'> {
    return new Promise((resolve, reject) => {
      const finish = (how: 'done' | 'ended'): void => {
        stream.off('end', onEnd)
        stream.off('error', reject)
        resolve(how)
      }
      const onEnd = (): void => finish('ended')
      stream.once('end', onEnd)
      stream.once('error', reject)
      start(() => finish('done'))
    })
  }

  return {
    async write(chunk) {
      let rest = chunk
      while (isWanted && rest.length > 0) {
        const before = stream.bytesWritten
        const how = await settled((done) => stream.write(rest, (error) => (error ? undefined : done())))
        if (how === 'done') return
        // The decoder stopped inside the chunk: at padding (gzip), or at the end of a frame (zstd).
        if (!engine.goesOn) isWanted = false
        rest = rest.subarray(stream.bytesWritten - before)
        stream = open()
      }
    },
    async end() {
      if (!isWanted) return
      await settled(() => stream.end())
    },
    close: () => stream.destroy(),
  }
}
