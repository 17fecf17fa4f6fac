import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { groupCommit } from './group-commit.ts'

test('what comes in one turn, and what comes during a write, is written together', async () => {
  const batches: (readonly number[])[] = []
  const add = groupCommit<number>(async (items) => {
    batches.push(items)
    await sleep(20)
  }, 100)
  const first = Promise.all([add([1]), add([2, 3]), add([])])
  await sleep(10)
  await Promise.all([add([4]), add([5]), first])
  await add([6])
  expect(batches).toEqual([[1, 2, 3], [4, 5], [6]])
})

test('a batch ends before it is too large, but never parts one call', async () => {
  const batches: (readonly number[])[] = []
  const add = groupCommit<number>(async (items) => void batches.push(items), 3)
  await Promise.all([add([1, 2]), add([3]), add([4]), add([5, 6, 7, 8]), add([9])])
  expect(batches).toEqual([[1, 2, 3], [4], [5, 6, 7, 8], [9]])
})

test('a write that fails fails those who share it, and no later one', async () => {
  const add = groupCommit<string>(async (items) => {
    if (items.includes('bad')) throw new Error('disk full')
  }, 100)
  const results = await Promise.allSettled([add(['good']), add(['bad'])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(add(['good'])).resolves.toBeUndefined()
})
