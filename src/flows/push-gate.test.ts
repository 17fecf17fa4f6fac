import { expect, test } from 'vitest'
import { createPushGate } from './push-gate.ts'

test('bulk work waits for a running scan, and goes on when it is over', async () => {
  const gate = createPushGate()
  const scan = Promise.withResolvers<string>()
  const order: string[] = []
  const scanned = gate.run(() => scan.promise).then((result) => order.push(result))
  const paused = gate.pause().then(() => order.push('bulk'))
  scan.resolve('scan')
  await Promise.all([scanned, paused])
  expect(order).toEqual(['scan', 'bulk'])
})

test('a scan that does not end holds bulk work up for a moment only, and makes its batches shorter', async () => {
  const gate = createPushGate()
  const scan = Promise.withResolvers<void>()
  const running = gate.run(() => scan.promise)
  const besideScan = await gate.pause()
  scan.resolve()
  await running
  expect(besideScan).toBeLessThan(await gate.pause())
})
