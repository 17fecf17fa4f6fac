import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import type { WeakSettingFact } from './package.ts'
import { unverifiedSources } from './unverified-sources.ts'

const read = (path: string, content: Buffer | string) =>
  (catalog(unverifiedSources, path, content).facts as readonly WeakSettingFact[]).map(({ text }) => text)

test('wants the configuration of package managers and clients', () => {
  const wanted = ['etc/apt/sources.list', 'etc/apt/apt.conf', 'etc/dnf/dnf.conf', 'root/.npmrc', 'etc/pip.conf']
  const others = [
    'etc/apt/trusted.gpg',
    'usr/share/doc/apt/examples/sources.list',
    'srv/npmrc.md',
    'etc/apk/repositories',
  ]
  expect([...wanted, ...others].filter((path) => wants(unverifiedSources, path))).toEqual(wanted)
})

test.each([
  ['etc/apt/sources.list', 'sources.list', ['trusted=yes', 'allow-insecure=yes']],
  ['etc/apt/sources.list.d/harbour.sources', 'harbour.sources', ['Trusted: yes']],
  ['etc/apt/apt.conf.d/99harbour', 'apt.conf', ['AllowUnauthenticated "true"', 'Verify-Peer "false"']],
  ['etc/yum.repos.d/harbour.repo', 'harbour.repo', ['gpgcheck=0', 'sslverify = False']],
])('reads %s', (path, file, settings) => {
  expect(read(path, fixture(`unverified-sources/${file}`))).toEqual(settings)
})

test.each([
  ['root/.npmrc', '//npm.example/:_authToken=s3cret\nstrict-ssl = false\n', ['strict-ssl = false']],
  ['root/.npmrc', 'strict-ssl=true\n', []],
  ['root/.yarnrc.yml', 'enableStrictSsl: false\n', ['enableStrictSsl: false']],
  ['root/.yarnrc', '"strict-ssl" false\n', ['"strict-ssl" false']],
  ['etc/pip.conf', '[global]\ntrusted-host = pypi.example\n', ['trusted-host =']],
  ['root/.curlrc', '# -k\n--insecure\n', ['--insecure']],
  ['root/.curlrc', 'user-agent = "insecure"\n', []],
  ['root/.wgetrc', 'check_certificate = off\n', ['check_certificate = off']],
  ['etc/gitconfig', '[http]\n\tsslVerify = false\n', ['sslVerify = false']],
  ['root/.condarc', 'ssl_verify: false\n', ['ssl_verify: false']],
])('reads %s: %j', (path, content, settings) => {
  expect(read(path, content)).toEqual(settings)
})
