import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { damaged, flawsOf } from '../../../fixtures/catalogers/hostile.ts'
import { catalogers } from './catalogers.ts'

/** Where each lies, and the fixture that is sound. */
const files: readonly (readonly [path: string, sound: string])[] = [
  ['app/package-lock.json', 'npm-lock/version-1.json'],
  ['app/npm-shrinkwrap.json', 'npm-lock/version-3.json'],
  ['app/yarn.lock', 'yarn-lock/berry.lock'],
  ['app/pnpm-lock.yaml', 'pnpm-lock/version-9.yaml'],
  ['app/bun.lock', 'bun-lock/bun.lock'],
  ['app/deno.lock', 'deno-lock/version-5.json'],
  ['app/uv.lock', 'python-lock/uv.lock'],
  ['app/poetry.lock', 'python-lock/poetry.lock'],
  ['app/Pipfile.lock', 'pipfile-lock/Pipfile.lock'],
  ['app/requirements.txt', 'requirements/requirements.txt'],
  ['opt/conda/conda-meta/lantern.json', 'conda/lantern.json'],
  ['app/Cargo.lock', 'cargo-lock/Cargo.lock'],
  ['app/gradle.lockfile', 'gradle-lock/gradle.lockfile'],
  ['app/pubspec.lock', 'pub/pubspec.lock'],
  ['app/mix.lock', 'mix-lock/mix.lock'],
  ['app/rebar.lock', 'rebar-lock/rebar.lock'],
  ['lib/lantern/ebin/lantern.app', 'erlang-app/lantern.app'],
  ['app/Package.resolved', 'swift-resolved/version-3.json'],
  ['app/stack.yaml.lock', 'haskell/stack.yaml.lock'],
  ['app/cabal.project.freeze', 'haskell/cabal.project.freeze'],
  ['usr/lib/R/library/lantern/DESCRIPTION', 'r-description/DESCRIPTION'],
  ['app/renv.lock', 'renv-lock/renv.lock'],
  ['app/Manifest.toml', 'julia-manifest/Manifest.toml'],
]

/** Repeated, each would take minutes where the work grows with the square of the size. */
const units = [
  ' ',
  '\n',
  'a',
  '"',
  "'",
  '\\',
  '/',
  '@',
  '-',
  '1.',
  ',',
  ', ',
  '[',
  '{',
  '[[',
  '//',
  'a@',
  'a: ',
  'a==1',
  '==1',
  ':1',

  '"a":{',
  '"dependencies":{"a":{',
  '[{},',
  'a = "',
  'a=[\n',
  'a=["\n',
  'a={\n',
  'a="""\n',
  "a='''\n",
  'a.',
  '"a".',
  '[a.',
  '[[package]]\nname="a"\nx={a',
  '[[package]]\nx={',
  '  a@1.0.0:\n',
  '  ? ',
  '\n  a',
  'a[',
  'a(',
  'a==1\\\n',

  '{:hex, ',
  '{:hex, :a, "',
  '{pkg,',
  '{pkg,<<"a">>,<<"',
  '{application,',
  '{vsn,"',
  '{vsn, ',
  'hackage: ',
  'hackage: a-',
  'any.',
  'any.a ==1.',
]
const size = 256 * 1024

describe.each(files)('%s', (path, name) => {
  const cataloger = catalogers.find((one) => wants(one, path))!
  const sound = fixture(name)

  test('may be any bytes, and may be damaged and cut anywhere', () => {
    const any = fc.uint8Array({ maxLength: 2048 }).map((bytes) => Buffer.from(bytes))
    const property = fc.property(fc.oneof(any, damaged(sound), damaged(sound)), (bytes) => {
      expect(flawsOf(cataloger, path, bytes)).toEqual([])
    })
    expect(() => fc.assert(property, { numRuns: 150 })).not.toThrow()
  })

  test('may be any word many times, alone, before and after what is sound', () => {
    const flaws = units.flatMap((unit) => {
      const filler = Buffer.from(unit.repeat(size / unit.length))
      const [start, end] = [sound.subarray(0, sound.length / 2), sound.subarray(sound.length / 2)]
      return [filler, Buffer.concat([start, filler, end])].flatMap((bytes) => flawsOf(cataloger, path, bytes))
    })
    expect(flaws).toEqual([])
  })
})
