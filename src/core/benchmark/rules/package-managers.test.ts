import { expect, test } from 'vitest'
import { checked, packagesLayer } from '../../../../fixtures/benchmark/image.ts'
import { packageManagers } from './package-managers.ts'

const npm = (name: string) => ({ kind: 'package', type: 'npm', name, version: '1.0.0' }) as const

test("names the distribution's where the container is root, who alone can use it", () => {
  const layers = [packagesLayer('musl', 'apk-tools')]
  expect(checked(packageManagers, { layers })).toEqual(['fail', 'layer 0: the package apk-tools 1-r0'])
  expect(checked(packageManagers, { layers, config: { User: '1000' } })).toEqual(['pass'])
})

test('names those of languages, whoever it runs as', () => {
  const layers = [{ evidence: { 'usr/lib/node_modules/npm/package.json': [npm('npm'), npm('express')] } }]
  expect(checked(packageManagers, { layers, config: { User: '1000' } })).toEqual([
    'fail',
    'layer 0: the package npm 1.0.0',
  ])
})
