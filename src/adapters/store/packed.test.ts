import { expect, test } from 'vitest'
import { pack, unpack } from './packed.ts'

const small = { id: 'CVE-2026-1', summary: 'größer als nötig' }
const large = { id: 'CVE-2026-2', versions: Array.from({ length: 500 }, (_, index) => `1.${index}.0`) }

test('a small value is stored as it is, and read back', () => {
  expect(pack(small).toString()).toBe(JSON.stringify(small))
  expect(unpack(pack(small))).toEqual(small)
})

test('a large value is stored in less than half of its JSON, and read back', () => {
  expect(pack(large).byteLength).toBeLessThan(JSON.stringify(large).length / 2)
  expect(unpack(pack(large))).toEqual(large)
})

test('a value is read from the middle of a larger buffer, as drivers hand them out', () => {
  for (const value of [small, large]) {
    const body = pack(value)
    const larger = new Uint8Array(body.byteLength + 20)
    larger.set(body, 10)
    expect(unpack(larger.subarray(10, 10 + body.byteLength))).toEqual(value)
  }
})
