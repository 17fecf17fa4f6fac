import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog, wants } from '../../../fixtures/catalogers/catalog.ts'
import { jvmRelease } from './jvm-release.ts'

const read = (text: string) => catalog(jvmRelease, 'opt/java/openjdk/release', text)
const generic = { kind: 'package', type: 'generic' }

test.each([
  [
    'IMPLEMENTOR="Eclipse Adoptium"\nIMPLEMENTOR_VERSION="Temurin-21.0.4+7"\nJAVA_RUNTIME_VERSION="21.0.4+7-LTS"\nJAVA_VERSION="21.0.4"\n',
    { ...generic, name: 'openjdk', version: '21.0.4+7' },
  ],
  ['IMPLEMENTOR="Azul Systems, Inc."\r\nJAVA_VERSION="17.0.10"\r\n', { ...generic, name: 'zulu', version: '17.0.10' }],
  ['JAVA_VERSION="1.8.0_422"\nOS_NAME="Linux"\n', { ...generic, name: 'openjdk', version: '1.8.0_422' }],
  ['JAVA_VERSION="21.0.1"\nIMPLEMENTOR="GraalVM Community"', { ...generic, name: 'graalvm', version: '21.0.1' }],
])('%j', (text, fact) => {
  expect(read(text)).toEqual({ facts: [fact], notes: [] })
})

test('says nothing of other files of that name, and notes a version that is none', () => {
  expect(read('Debian release 12\n')).toEqual({ facts: [], notes: [] })
  expect(read('JAVA_VERSION="\u001b[31m"\n')).toEqual({ facts: [], notes: ['its JAVA_VERSION is not one'] })
})

test('wants the file at the root of an installation', () => {
  for (const path of [
    'opt/java/openjdk/release',
    'usr/lib/jvm/java-17-openjdk-amd64/release',
    'usr/local/jdk-21/release',
    'opt/zulu17/jre/release',
  ]) {
    expect([path, wants(jvmRelease, path)]).toEqual([path, true])
  }
  for (const path of ['release', 'etc/release', 'app/release', 'opt/java/release-notes']) {
    expect([path, wants(jvmRelease, path)]).toEqual([path, false])
  }
})

test('may be any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(read(`JAVA_VERSION=${text}`).notes.length).toBeLessThan(2)
    }),
  )
})
