import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { strayFiles } from './stray-files.ts'

test('names files and directories of the workshop, each once, that are still there', () => {
  const files = [
    'app/Dockerfile',
    '.git/config',
    '.git/objects/1',
    'root/.aws/credentials',
    'app/docker-compose.yml',
    '.DS_Store',
  ]
  expect(checked(strayFiles, { layers: [{ files }, { whiteouts: ['app/docker-compose.yml'] }] }).toSorted()).toEqual([
    'fail',
    ...['.DS_Store', '.git/', '.git/', 'app/Dockerfile', 'root/.aws/'].map((path) => `layer 0: ${path}`),
  ])
})

test('lets packages of others have theirs, and names that only look alike', () => {
  const files = [
    'app/node_modules/a/.npm/x',
    'vendor/b/Dockerfile',
    'app/Dockerfile.md',
    'app/my.git/x',
    'app/.github/x',
    'app/NotDockerfile',
  ]
  expect(checked(strayFiles, { layers: [{ files }] })).toEqual(['pass'])
})
