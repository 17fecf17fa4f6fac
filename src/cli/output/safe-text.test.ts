import { expect, test } from 'vitest'
import { safeLines, safeText } from './safe-text.ts'

test('shows what would move the cursor, colour the line or turn the text around', () => {
  expect(safeText('a\u001B[2K\r\n\u009B31m\u202Eb\u0000')).toBe('a\\u001b[2K\\u000d\\u000a\\u009b31m\\u202eb\\u0000')
})

test('leaves everything else alone, and the line ends of a message', () => {
  expect(safeText('naïve–パッケージ 🦀 1.0~rc1+b2')).toBe('naïve–パッケージ 🦀 1.0~rc1+b2')
  expect(safeLines('one\ntwo\r')).toBe('one\ntwo\\u000d')
})
