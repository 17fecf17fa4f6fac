import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { runTallyman } from '../../test/support/cli.ts'
import { painter, tolerateBrokenPipe, withProgress, write } from './io.ts'

/** A stream whose reader went away, as `tallyman images | head -1` leaves it. */
function brokenPipe(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write failed'), { code }))
    },
  })
}

test('a reader that went away is no error', async () => {
  const stream = brokenPipe('EPIPE')
  tolerateBrokenPipe(stream)
  await expect(write(stream, 'result\n')).resolves.toBeUndefined()
  await expect(write(stream, 'more\n')).resolves.toBeUndefined()
})

test('a disk that is full is one', async () => {
  const stream = brokenPipe('ENOSPC')
  stream.on('error', () => undefined)
  await expect(write(stream, 'result\n')).rejects.toThrow('write failed')
})

function caught(terminal: { isTTY: true; columns: number } | object): Writable & { text: string } {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      caughtStream.text += chunk.toString()
      done()
    },
  })
  const caughtStream = Object.assign(stream, { text: '' }, terminal)
  return caughtStream
}

test('progress is a line each where nobody watches', async () => {
  const stream = caught({})
  const result = await withProgress(stream, async (progress) => {
    progress('layer 1')
    progress('layer 2')
    return 'done'
  })
  expect([result, stream.text]).toEqual(['done', 'layer 1\nlayer 2\n'])
})

test('progress on a terminal is one line that is gone afterwards, also after a failure', async () => {
  const stream = caught({ isTTY: true, columns: 12 })
  const failed = withProgress(stream, async (progress) => {
    progress('a line longer than the terminal')
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(stream.text).toBe('\r\u001B[K| a line lo\r\u001B[K')
})

test('colours are for terminals', () => {
  expect(painter(caught({}))('red', 'FAIL')).toBe('FAIL')
})

test('a command’s output has no escape sequence where it is not a terminal', async () => {
  const run = await runTallyman(['registry', 'check', 'hub'], {
    checkRegistry: async () => [{ step: 'address', status: 'ok', detail: '' }],
  })
  expect(run.stdout).not.toContain('\u001B')
})
