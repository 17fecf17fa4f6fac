import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { gemfileLock } from './gemfile-lock.ts'

test('wants the lock files of applications, not those that gems were developed with', () => {
  const wanted = ['srv/Gemfile.lock', 'srv/gems.locked']
  const others = ['srv/Gemfile', 'usr/lib/ruby/gems/3.1.0/gems/lantern-2.4.1/Gemfile.lock']
  expect([...wanted, ...others].filter((path) => wants(gemfileLock, path))).toEqual(wanted)
})

test('reads gems of servers and of git, each once whatever its platforms, and not the application itself', () => {
  expect(catalog(gemfileLock, 'srv/Gemfile.lock', fixture('gemfile-lock/Gemfile.lock'))).toEqual({
    facts: [
      { kind: 'package', type: 'gem', name: 'wick', version: '0.9.0', evidence: 'lockfile' },
      { kind: 'package', type: 'gem', name: 'lantern', version: '2.4.1', evidence: 'lockfile' },
      { kind: 'package', type: 'gem', name: 'oil', version: '2.0.0.rc1', evidence: 'lockfile' },
    ],
    notes: [],
  })
})

test('lives through damage', () => {
  expect(() => readDamaged(gemfileLock, 'srv/Gemfile.lock', fixture('gemfile-lock/Gemfile.lock'))).not.toThrow()
})
