import { expect, test } from 'vitest'
import { preferred } from './precedence.ts'
import type { Evidence, InstalledPackage, PackageType } from './package.ts'

const at = (path: string, evidence: Evidence = 'installed', type: PackageType = 'npm', name = 'lantern') => {
  const installed: InstalledPackage = {
    type,
    name,
    version: '1.0.0',
    source: null,
    arch: null,
    licenses: [],
    ecosystem: null,
    purl: '',
    cataloger: 'test',
    path,
    layer: 0,
    ownedBy: null,
  }
  return { installed, evidence }
}

const kept = (...candidates: Parameters<typeof preferred>[0]) =>
  preferred(candidates).map(({ installed, evidence }) => `${installed.path} ${evidence}`)

test('what a lock file of npm asks for counts only where there is no tree beside it', () => {
  expect(
    kept(
      at('app/package-lock.json', 'lockfile', 'npm', 'not-installed'),
      at('app/node_modules/.package-lock.json', 'lockfile'),
      at('app/node_modules/lantern/yarn.lock', 'lockfile', 'npm', 'for-its-tests'),
      at('app/node_modules/lantern/node_modules/lamp/package.json', 'installed', 'npm', 'lamp'),
      at('other/yarn.lock', 'lockfile'),
      at('app/Gemfile.lock', 'lockfile', 'gem'),
    ),
  ).toEqual([
    'app/node_modules/lantern/node_modules/lamp/package.json installed',
    'other/yarn.lock lockfile',
    'app/Gemfile.lock lockfile',
  ])
})

test('what composer.lock asks for counts only where nothing is installed', () => {
  const lock = at('srv/composer.lock', 'lockfile', 'composer')
  expect(kept(lock)).toEqual(['srv/composer.lock lockfile'])
  expect(kept(lock, at('srv/vendor/composer/installed.json', 'installed', 'composer', 'other'))).toEqual([
    'srv/vendor/composer/installed.json installed',
  ])
})

test('the same package at the same place is there once, by the surest evidence', () => {
  expect(
    kept(
      at('bin/lantern', 'pattern'),
      at('bin/lantern', 'embedded'),
      at('app/package-lock.json', 'lockfile'),
      at('app/yarn.lock', 'lockfile'),
      at('bin/other', 'pattern'),
    ),
  ).toEqual(['bin/lantern embedded', 'app/package-lock.json lockfile', 'bin/other pattern'])
})

const billed = (purl: string, type: PackageType) => {
  const { installed, evidence } = at('app/app.cdx.json', 'embedded', type, purl)
  return { installed: { ...installed, purl, cataloger: 'sbom-in-image' }, evidence }
}
const found = (purl: string, type: PackageType) => {
  const { installed, evidence } = at('elsewhere', 'installed', type, purl)
  return { installed: { ...installed, purl }, evidence }
}

test('a bill of materials adds what nothing else found, and no OS package where there is a database', () => {
  const candidates = [
    billed('pkg:npm/lantern@1', 'npm'),
    billed('pkg:npm/lantern@2', 'npm'),
    billed('pkg:apk/wolfi/musl@1.2.5-r0', 'apk'),
    billed('pkg:deb/debian/bash@5.1', 'deb'),
    billed('pkg:bitnami/redis@7?arch=amd64', 'bitnami'),
    billed('pkg:bitnami/redis@7', 'bitnami'),
    found('pkg:npm/lantern@1', 'npm'),
    found('pkg:deb/debian/bash@5.2?arch=amd64', 'deb'),
  ]
  expect(preferred(candidates).map(({ installed }) => installed.purl)).toEqual([
    'pkg:npm/lantern@1',
    'pkg:deb/debian/bash@5.2?arch=amd64',
    'pkg:npm/lantern@2',
    'pkg:apk/wolfi/musl@1.2.5-r0',
    'pkg:bitnami/redis@7?arch=amd64',
  ])
})
