import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, type LayerSpec } from './support/build-image.ts'
import { startLocalScans, type LocalScans } from './support/local-scans.ts'
import type { Report } from '../src/core/report/report.ts'

/** Where each package of an image comes from, and that what is gone is gone: whole scans of real layers. */

let local: LocalScans
beforeAll(async () => {
  local = await startLocalScans()
})
afterAll(() => local.close())

type Entries = Readonly<Record<string, string>>

const layer = (createdBy: string, ...parts: readonly Entries[]): LayerSpec => ({
  createdBy,
  entries: Object.assign({}, ...parts) as Entries,
})

const npm = (name: string, version: string, at = 'app'): Entries => ({
  [`${at}/node_modules/${name}/package.json`]: JSON.stringify({ name, version }),
})

const sitePackages = 'usr/lib/python3/site-packages'
const pip = (name: string, version: string): Entries => ({
  [`${sitePackages}/${name}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
})

const apk = (...packages: readonly string[]): Entries => ({
  'lib/apk/db/installed': packages
    .map((text) => text.split(' '))
    .map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`)
    .join(''),
})

const paragraph = (text: string, state = 'Status: install ok installed\n') => {
  const [name, version] = text.split(' ')
  return `Package: ${name}\n${state}Architecture: amd64\nVersion: ${version}\n\n`
}
const dpkg = (...packages: readonly string[]): Entries => ({
  'var/lib/dpkg/status': packages.map((text) => paragraph(text)).join(''),
})
const statusD = (name: string, version: string): Entries => ({
  [`var/lib/dpkg/status.d/${name}`]: paragraph(`${name} ${version}`, ''),
})

const whiteout = (path: string): Entries => ({ [path]: '' })

/** `name version | layer and instruction`, as packages are sorted. */
function origins({ packages, image }: Report): string[] {
  return packages.map(({ name, version, layer }) => `${name} ${version} | ${layer} ${image.layers[layer]?.createdBy}`)
}

const npmInstall = layer('RUN npm ci', npm('left', '1.0.0'), npm('right', '1.0.0'))

test.each<[string, readonly LayerSpec[], readonly string[]]>([
  [
    'npm uninstall',
    [npmInstall, layer('RUN npm rm left', whiteout('app/node_modules/.wh.left'))],
    ['right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'rm -rf of all modules, and another installation',
    [npmInstall, layer('RUN npm i', whiteout('app/node_modules/.wh..wh..opq'), npm('left', '1.0.0'))],
    ['left 1.0.0 | 1 RUN npm i'],
  ],
  [
    'rm -rf of the application',
    [npmInstall, layer('COPY lib /lib', npm('other', '3.0.0', 'lib')), layer('RUN rm -rf /app', whiteout('.wh.app'))],
    ['other 3.0.0 | 1 COPY lib /lib'],
  ],
  [
    'npm upgrade in place',
    [npmInstall, layer('RUN npm up', npm('left', '1.1.0')), layer('RUN npm up again', npm('left', '1.2.0'))],
    ['left 1.2.0 | 2 RUN npm up again', 'right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'an upgrade that the next layer takes back',
    [npmInstall, layer('RUN npm up', npm('left', '1.1.0')), layer('RUN npm i left@1.0', npm('left', '1.0.0'))],
    ['left 1.0.0 | 2 RUN npm i left@1.0', 'right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'the same file in two layers',
    [npmInstall, layer('RUN chmod -R a+r /app', npm('left', '1.0.0'), npm('right', '1.0.0'))],
    ['left 1.0.0 | 0 RUN npm ci', 'right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'removal, and the same version installed again',
    [
      npmInstall,
      layer('RUN npm rm left', whiteout('app/node_modules/.wh.left')),
      layer('RUN npm i left', npm('left', '1.0.0')),
    ],
    ['left 1.0.0 | 2 RUN npm i left', 'right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'one version in two places',
    [npmInstall, layer('COPY web /web', npm('left', '1.0.0', 'web'))],
    ['left 1.0.0 | 0 RUN npm ci', 'left 1.0.0 | 1 COPY web /web', 'right 1.0.0 | 0 RUN npm ci'],
  ],
  [
    'pip uninstall',
    [
      layer('RUN pip install', pip('requests', '2.31.0'), pip('idna', '3.4')),
      layer('RUN pip uninstall', whiteout(`${sitePackages}/.wh.requests-2.31.0.dist-info`)),
    ],
    ['idna 3.4 | 0 RUN pip install'],
  ],
  [
    'pip install --upgrade',
    [
      layer('RUN pip install', pip('requests', '2.31.0'), pip('idna', '3.4')),
      layer('RUN pip install -U', whiteout(`${sitePackages}/.wh.requests-2.31.0.dist-info`), pip('requests', '2.32.0')),
    ],
    ['idna 3.4 | 0 RUN pip install', 'requests 2.32.0 | 1 RUN pip install -U'],
  ],
  [
    'apk upgrade, add and del',
    [
      layer('ADD alpine.tar /', apk('busybox 1.36-r0', 'musl 1.2.4-r0', 'zlib 1.2-r0')),
      layer('RUN apk add curl', apk('busybox 1.36-r0', 'curl 8.0-r0', 'musl 1.2.4-r0', 'zlib 1.2-r0')),
      layer('RUN apk upgrade', apk('busybox 1.36-r0', 'curl 8.0-r0', 'musl 1.2.4-r0', 'zlib 1.3-r0')),
      layer('RUN apk del busybox', apk('curl 8.0-r0', 'musl 1.2.4-r0', 'zlib 1.3-r0')),
    ],
    ['curl 8.0-r0 | 1 RUN apk add curl', 'musl 1.2.4-r0 | 0 ADD alpine.tar /', 'zlib 1.3-r0 | 2 RUN apk upgrade'],
  ],
  [
    'apt-get upgrade, install and purge',
    [
      layer('ADD rootfs.tar /', dpkg('libc6 2.36-9', 'perl 5.36.0-7', 'zlib1g 1:1.2.13-1')),
      layer('RUN apt-get install', dpkg('curl 7.88.1-1', 'libc6 2.36-9', 'perl 5.36.0-7', 'zlib1g 1:1.2.13-1')),
      layer('RUN apt-get upgrade', dpkg('curl 7.88.1-2', 'libc6 2.36-9', 'perl 5.36.0-7', 'zlib1g 1:1.2.13-1')),
      layer('RUN apt-get purge', dpkg('curl 7.88.1-2', 'libc6 2.36-9', 'zlib1g 1:1.2.13-1')),
    ],
    [
      'curl 7.88.1-2 | 2 RUN apt-get upgrade',
      'libc6 2.36-9 | 0 ADD rootfs.tar /',
      'zlib1g 1:1.2.13-1 | 0 ADD rootfs.tar /',
    ],
  ],
  [
    'apt-get remove, which leaves the configuration',
    [
      layer('ADD rootfs.tar /', dpkg('libc6 2.36-9', 'nginx 1.22.1-9')),
      layer('RUN apt-get remove', {
        'var/lib/dpkg/status':
          paragraph('libc6 2.36-9') + paragraph('nginx 1.22.1-9', 'Status: deinstall ok config-files\n'),
      }),
    ],
    ['libc6 2.36-9 | 0 ADD rootfs.tar /'],
  ],
  [
    'one file for each package, as distroless has them',
    [
      layer('base', statusD('base-files', '12.4'), statusD('openssl', '3.0.14-1'), statusD('tzdata', '2024a-0')),
      layer('patch', statusD('openssl', '3.0.15-1'), whiteout('var/lib/dpkg/status.d/.wh.tzdata')),
    ],
    ['base-files 12.4 | 0 base', 'openssl 3.0.15-1 | 1 patch'],
  ],
  [
    'a database that is gone',
    [
      layer('ADD alpine.tar /', apk('musl 1.2.4-r0')),
      layer('RUN rm -rf /lib/apk', whiteout('lib/.wh.apk')),
      layer('COPY . .', npm('left', '1.0.0')),
    ],
    ['left 1.0.0 | 2 COPY . .'],
  ],
  [
    'a file in place of a directory',
    [npmInstall, layer('RUN touch node_modules', { 'app/node_modules': 'not any more' })],
    [],
  ],
])('%s leaves what is there, with the layer and instruction that brought it', async (title, layers, expected) => {
  const report = await local.scan(title.replace(/\W+/g, '-'), await buildImage({ layers }))
  expect(origins(report)).toEqual(expected)
})

const advisory = (id: string, ecosystem: string, name: string, fixed: string) => ({
  id,
  modified: '2026-01-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
})

const feed = {
  'Debian/CVE-2099-1.json': advisory('CVE-2099-1', 'Debian:12', 'openssl', '3.0.99-1'),
  'Debian/CVE-2099-2.json': advisory('CVE-2099-2', 'Debian:12', 'zlib', '9'),
  'npm/CVE-2099-3.json': advisory('CVE-2099-3', 'npm', 'left', '9.0.0'),
  'npm/CVE-2099-4.json': advisory('CVE-2099-4', 'npm', 'right', '9.0.0'),
}

const rootfs = layer(
  'ADD rootfs.tar /',
  { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
  dpkg('libc6 2.36-9', 'openssl 3.0.14-1', 'zlib 1.2-1'),
)
const node = layer('RUN npm i -g', npm('left', '1.0.0', 'usr'), npm('right', '1.0.0', 'usr'))
const app = layer('COPY . .', npm('left', '1.0.0'), dpkg('libc6 2.36-9', 'openssl 3.0.15-1', 'zlib 1.2-1'))

/** `vulnerability package | layer, whose`. */
function shares({ findings }: Report): string[] {
  return findings
    .map(({ vulnerability, package: purl, layer, fromBase }) => {
      const name = /\/(?<name>[^/@]+)@/.exec(purl)?.groups?.['name']
      return `${vulnerability} ${name} | ${layer}, ${fromBase ? 'from the base' : 'ours'}`
    })
    .toSorted()
}

test('findings are the base’s or ours, whichever image was scanned first', async () => {
  const scans = await startLocalScans(feed)
  const built = await buildImage({ layers: [rootfs, node, app] })
  const first = await scans.scan('app', built)
  expect(first.image.base).toBeNull()
  expect(shares(first)).toEqual([
    'CVE-2099-1 openssl | 2, ours',
    'CVE-2099-2 zlib | 0, ours',
    'CVE-2099-3 left | 2, ours',
    'CVE-2099-4 right | 1, ours',
  ])

  const debian = await scans.scan('debian', await buildImage({ layers: [rootfs] }))
  expect((await scans.report(built.descriptor.digest)).image.base).toEqual({
    digest: debian.image.digest,
    references: ['layout/debian:latest'],
    layers: 1,
  })
  const base = await scans.scan('node', await buildImage({ layers: [rootfs, node] }))
  expect(base.image.base).toEqual({ digest: debian.image.digest, references: ['layout/debian:latest'], layers: 1 })

  const report = await scans.report(built.descriptor.digest)
  expect(report.image.base).toEqual({ digest: base.image.digest, references: ['layout/node:latest'], layers: 2 })
  // openssl was upgraded above the base, and left lies in it and above it.
  expect(shares(report)).toEqual([
    'CVE-2099-1 openssl | 2, ours',
    'CVE-2099-2 zlib | 0, from the base',
    'CVE-2099-3 left | 2, ours',
    'CVE-2099-4 right | 1, from the base',
  ])
  expect(report.packages.filter(({ fromBase }) => fromBase).map(({ name, path }) => `${name} ${path}`)).toEqual([
    'libc6 var/lib/dpkg/status',
    'zlib var/lib/dpkg/status',
    'left usr/node_modules/left/package.json',
    'right usr/node_modules/right/package.json',
  ])
  await scans.close()
})

test('the same layers under other blob digests are no base: what a config says of them proves nothing', async () => {
  await local.scan('compressed', await buildImage({ layers: [rootfs] }))
  const anew = await buildImage({ layers: [{ ...rootfs, compression: 'zstd' }, app] })
  expect((await local.scan('compressed-anew', anew)).image.base).toBeNull()
})
