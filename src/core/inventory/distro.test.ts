import { describe, expect, test } from 'vitest'
import { chooseDistro, isOwnType } from './distro.ts'
import type { DistroFact } from './package.ts'

const chosen = (fact: Omit<DistroFact, 'kind'>) =>
  chooseDistro([{ path: 'etc/os-release', fact: { kind: 'distro', ...fact } }])

describe('the OSV ecosystem of', () => {
  test.each([
    [{ id: 'debian', versionId: '12' }, 'Debian:12'],
    [{ id: 'debian', versionId: '12.5' }, 'Debian:12'],
    [{ id: 'ubuntu', versionId: '22.04', version: '22.04.3 LTS (Jammy Jellyfish)' }, 'Ubuntu:22.04:LTS'],
    [{ id: 'ubuntu', versionId: '24.04' }, 'Ubuntu:24.04:LTS'],
    [{ id: 'ubuntu', versionId: '24.10' }, 'Ubuntu:24.10'],
    [{ id: 'ubuntu', versionId: '23.04' }, 'Ubuntu:23.04'],
    [{ id: 'alpine', versionId: '3.19.1' }, 'Alpine:v3.19'],
    [{ id: 'wolfi', versionId: '20230201' }, 'Wolfi'],
    [{ id: 'chainguard', versionId: '20230214' }, 'Chainguard'],
    [{ id: 'almalinux', versionId: '9.4' }, 'AlmaLinux:9'],
    [{ id: 'rocky', versionId: '8.10' }, 'Rocky Linux:8'],
    [{ id: 'opensuse-leap', versionId: '15.6' }, 'openSUSE:Leap 15.6'],
    [{ id: 'opensuse-tumbleweed', versionId: '20260301' }, 'openSUSE:Tumbleweed'],
    [
      { id: 'sles', versionId: '15.5', prettyName: 'SUSE Linux Enterprise Server 15 SP5' },
      'SUSE:Linux Enterprise Server 15 SP5',
    ],
    [{ id: 'mageia', versionId: '9' }, 'Mageia:9'],
    [{ id: 'openeuler', versionId: '24.03', version: '24.03 (LTS-SP1)' }, 'openEuler:24.03-LTS-SP1'],
    [{ id: 'photon', versionId: '5.0' }, 'Photon OS:5.0'],
    [{ id: 'azurelinux', versionId: '3.0' }, 'Azure Linux:3'],
    [{ id: 'fedora', versionId: '40' }, null],
    [{ id: 'amzn', versionId: '2023' }, null],
    [{ id: 'rocky', versionId: '' }, null],
  ])('%o is %s', (fact, ecosystem) => {
    expect(chosen(fact)).toMatchObject({
      distro: { id: fact.id, version: fact.versionId, ecosystem },
      approximation: null,
    })
  })

  test.each([
    [
      { id: 'debian', versionId: '', codename: 'trixie' },
      'Debian:13',
      'Debian trixie without a version is testing or unstable; it is matched as Debian 13',
    ],
    [{ id: 'debian', versionId: '' }, 'Debian', 'the release of Debian is not stated'],
    [
      { id: 'raspbian', versionId: '12' },
      'Debian:12',
      'Raspbian has no advisories of its own; it is matched as Debian:12',
    ],
    [{ id: 'devuan', versionId: '5' }, 'Debian:12', 'Devuan has no advisories of its own; it is matched as Debian:12'],
    [
      { id: 'alpine', versionId: '3.23_alpha20251016' },
      'Alpine:v3.22',
      '3.23_alpha20251016 is Alpine edge; it is matched as the branch before, Alpine:v3.22',
    ],
    [
      { id: 'rhel', versionId: '9.4', cpeName: 'cpe:/o:redhat:enterprise_linux:9::baseos' },
      'Red Hat:enterprise_linux:9::baseos',
      'packages of other repositories than enterprise_linux:9::baseos are matched as its own',
    ],
  ])('%o is nearly %s', (fact, ecosystem, approximation) => {
    expect(chosen(fact)).toMatchObject({ distro: { ecosystem }, approximation })
  })
})

test('believes os-release before its elders, and etc before usr/lib', () => {
  const fact = (id: string) => ({ kind: 'distro', id, versionId: '1' }) as const
  const stated = ['etc/debian_version', 'etc/lsb-release', 'usr/lib/os-release', 'etc/os-release']
  const believed = stated.map(
    (_, index) => chooseDistro(stated.slice(0, index + 1).map((path) => ({ path, fact: fact(path) })))?.distro.id,
  )
  expect(believed).toEqual(stated)
  expect(chooseDistro([])).toBeNull()
})

test('knows which packages a distribution is made of, where its ecosystem is known', () => {
  const own = (ecosystem: string | null) =>
    (['deb', 'apk', 'rpm'] as const).filter((type) => isOwnType(type, { id: 'x', version: '1', ecosystem }))
  expect(own('Debian:12')).toEqual(['deb'])
  expect(own('Wolfi')).toEqual(['apk'])
  expect(own('Red Hat:enterprise_linux:9::baseos')).toEqual(['rpm'])
  expect(own(null)).toEqual(['deb', 'apk', 'rpm'])
})
