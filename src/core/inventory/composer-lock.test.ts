import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { composerLock } from './composer-lock.ts'

test('wants lock files of applications, not those of what they installed', () => {
  const paths = ['srv/composer.lock', 'srv/composer.json', 'srv/vendor/harbour/lantern/composer.lock']
  expect(paths.filter((path) => wants(composerLock, path))).toEqual(['srv/composer.lock'])
})

test('reads packages, and those for development', () => {
  expect(catalog(composerLock, 'srv/composer.lock', fixture('composer-lock/composer.lock'))).toEqual({
    facts: [
      { kind: 'package', type: 'composer', name: 'harbour/lantern', version: 'v2.4.1', evidence: 'lockfile' },
      { kind: 'package', type: 'composer', name: 'harbour/proof', version: '9.0.0', evidence: 'lockfile' },
    ],
    notes: [],
  })
})

test('notes what is something else', () => {
  expect(catalog(composerLock, 'srv/composer.lock', '{}').notes).toEqual(['it is not a lock file of Composer'])
})

test('lives through damage', () => {
  expect(() => readDamaged(composerLock, 'srv/composer.lock', fixture('composer-lock/composer.lock'))).not.toThrow()
})
