import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { StoreUnderTest } from '../store-contract.ts'
import { startStoreProcess } from '../support/store-process.ts'

export function describeLocks(under: () => StoreUnderTest): void {
  test('runs one piece of work of a name at a time', async () => {
    const { store } = under()
    const inner = await store.exclusively('feeds', 30, async () => [
      await store.exclusively('feeds', 30, async () => 'same'),
      await store.exclusively('sweep', 30, async () => 'other'),
    ])
    expect(inner).toEqual([undefined, 'other'])
    expect(await store.exclusively('feeds', 30, async () => 'free again')).toBe('free again')
  })

  test('gives the lock back when the work fails', async () => {
    const { store } = under()
    const failing = store.exclusively('feeds', 30, () => Promise.reject(new Error('broken')))
    await expect(failing).rejects.toThrow('broken')
    expect(await store.exclusively('feeds', 30, async () => 'free')).toBe('free')
  })

  test('keeps the lock beyond its seconds while the work runs', async () => {
    const { store } = under()
    const other = await store.exclusively('feeds', 0.6, async () => {
      await sleep(1_200)
      return (await store.exclusively('feeds', 0.6, async () => 'taken')) ?? 'still held'
    })
    expect(other).toBe('still held')
  })

  test('another process waits until a killed holder’s lock lapses', async () => {
    const { url, store } = under()
    const { child, output } = startStoreProcess(url, 'hold')
    await vi.waitFor(() => expect(output()).toContain('held'), { timeout: 20_000 })
    const attempt = () => store.exclusively('feeds', 1, async () => 'ran')
    await sleep(1_500)
    expect(await attempt()).toBeUndefined()

    child.kill('SIGKILL')
    await once(child, 'close')
    await vi.waitFor(async () => expect(await attempt()).toBe('ran'), { timeout: 20_000, interval: 100 })
  })
}
