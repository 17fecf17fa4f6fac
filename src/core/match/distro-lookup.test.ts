import { expect, test } from 'vitest'
import { chooseDistro } from '../inventory/distro.ts'
import { osRelease } from '../inventory/os-release.ts'
import type { DistroFact } from '../inventory/package.ts'
import { lookupKeys } from './lookup.ts'

/** From what an image's os-release says to what advisories for a package `bin` of source `src` are looked up by. */
function keysOf(text: string): string[] {
  const facts = [...osRelease.read({ path: 'etc/os-release', bytes: Buffer.from(text) }, () => undefined)]
  const distro = chooseDistro([{ path: 'etc/os-release', fact: facts[0] as DistroFact }])?.distro
  if (!distro?.ecosystem) return []
  const subject = { ecosystem: distro.ecosystem, name: 'bin', version: '1', source: { name: 'src', version: '1' } }
  return lookupKeys(subject).map((key) => key.replace('\t', ' | '))
}

test.each([
  ['Debian', 'ID=debian\nVERSION_ID="12"', ['Debian:12 | src', 'Debian | src']],
  [
    'Debian testing and sid, by the release that they become',
    'PRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky\nID=debian',
    ['Debian:14 | src', 'Debian | src'],
  ],
  [
    'Ubuntu',
    'ID=ubuntu\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"',
    ['Ubuntu:24.04:LTS | src', 'Ubuntu:24.04 | src', 'Ubuntu:Pro:24.04:LTS | src', 'Ubuntu | src'],
  ],
  ['Alpine', 'ID=alpine\nVERSION_ID=3.20.3', ['Alpine:v3.20 | src', 'Alpine | src']],
  ['Alpine edge', 'ID=alpine\nVERSION_ID=3.23_alpha20251016', ['Alpine:v3.22 | src', 'Alpine | src']],
  ['Wolfi', 'ID=wolfi\nVERSION_ID="20230201"', ['Wolfi | bin', 'Wolfi | src']],
  ['Chainguard', 'ID=chainguard\nVERSION_ID="20230214"', ['Chainguard | bin', 'Chainguard | src']],
  [
    'AlmaLinux',
    'ID="almalinux"\nVERSION_ID="9.4"',
    ['AlmaLinux:9 | bin', 'AlmaLinux:9 | src', 'AlmaLinux | bin', 'AlmaLinux | src'],
  ],
  [
    'Rocky Linux',
    'ID="rocky"\nVERSION_ID="8.10"',
    ['Rocky Linux:8 | bin', 'Rocky Linux:8 | src', 'Rocky Linux | bin', 'Rocky Linux | src'],
  ],
  ['Oracle Linux: nobody publishes for it', 'ID="ol"\nVERSION_ID="9.4"', []],
  ['Amazon Linux: nobody publishes for it', 'ID="amzn"\nVERSION_ID="2023"', []],
  ['Fedora: nobody publishes for it', 'ID=fedora\nVERSION_ID=40', []],
  [
    'openSUSE Tumbleweed',
    'ID="opensuse-tumbleweed"\nVERSION_ID="20260301"',
    ['openSUSE:Tumbleweed | bin', 'openSUSE:Tumbleweed | src', 'openSUSE | bin', 'openSUSE | src'],
  ],
])('%s', (_, text, keys) => {
  expect(keysOf(text)).toEqual(keys)
})

test.each([
  ['CentOS 7', 'ID="centos"\nVERSION_ID="7"', 'Red Hat:enterprise_linux:7::server | bin'],
  [
    'CentOS Stream 9',
    'ID="centos"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9"',
    'Red Hat:enterprise_linux:9::appstream | src',
  ],
  [
    'SUSE Linux Enterprise, in the module that ships the package',
    'ID="sles"\nVERSION_ID="15.5"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"',
    'SUSE:Linux Enterprise Module for Basesystem 15 SP5 | src',
  ],
  [
    'SUSE Linux Enterprise Micro',
    'ID="sle-micro"\nVERSION_ID="5.5"\nPRETTY_NAME="SUSE Linux Enterprise Micro 5.5"',
    'SUSE:Linux Enterprise Micro 5.5 | bin',
  ],
])('%s', (_, text, key) => {
  expect(keysOf(text)).toContain(key)
})
