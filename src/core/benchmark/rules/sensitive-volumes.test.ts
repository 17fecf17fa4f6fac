import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { sensitiveVolumes } from './sensitive-volumes.ts'

test.each([
  '/',
  '/proc',
  '/sys/fs/cgroup',
  '/dev/shm',
  '/etc/',
  '/root',
  '/var/run',
  '/var/run/docker.sock',
  '/run/containerd/containerd.sock',
])('fails for %s', (volume) => {
  expect(checked(sensitiveVolumes, { config: { Volumes: { [volume]: {} } } })).toEqual(['fail', `VOLUME ${volume}`])
})

test.each(['/var/lib/app', '/data', '/etc/app', '/devices', '/usr/share/nginx/html'])('passes for %s', (volume) => {
  expect(checked(sensitiveVolumes, { config: { Volumes: { [volume]: {} } } })).toEqual(['pass'])
})
