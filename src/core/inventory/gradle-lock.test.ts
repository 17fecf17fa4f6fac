import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { gradleLock } from './gradle-lock.ts'

test('wants the lock files of projects', () => {
  const wanted = ['gradle.lockfile', 'srv/buildscript-gradle.lockfile']
  const others = ['srv/build.gradle', 'srv/x.lockfile']
  expect([...wanted, ...others].filter((path) => wants(gradleLock, path))).toEqual(wanted)
})

test.each([
  [
    'every line',
    'gradle-lock/gradle.lockfile',
    ['com.example.harbour:lantern 2.4.1', 'com.example.harbour:wick 1.0.3-jre'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(gradleLock, 'app/gradle.lockfile', fixture(file))).toEqual({
    facts: lockedFacts('maven', ...packages),
    notes: [],
  })
})

test.each([['no packages', 'empty=\r\n', []]])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(gradleLock, 'app/gradle.lockfile', content)).toEqual({
    facts: lockedFacts('maven', ...packages),
    notes: [],
  })
})

test.each([
  ['<html>', 'the name or version of its package 1 is not a word'],
  ['a:b=c', 'the name or version of its package 1 is not a word'],
  [':b:1=c', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(gradleLock, 'app/gradle.lockfile', content)).toEqual({ facts: [], notes: [note] })
})
