import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { damaged, flawsOf } from '../fixtures/catalogers/hostile.ts'
import { fixture, wants } from '../fixtures/catalogers/catalog.ts'
import { elf, goBuildInfo, machO, pe } from '../fixtures/catalogers/programs/programs.ts'
import { soundEvidence, soundLockFiles } from '../fixtures/catalogers/sound.ts'
import { digestOf } from '../src/core/image/digest.ts'
import { parseImageConfig } from '../src/core/image/config.ts'
import { parseManifest } from '../src/core/image/manifest.ts'
import { catalogers } from '../src/core/inventory/catalogers.ts'
import { createLayerReading } from '../src/core/layer/read-layer.ts'
import { parseOsv } from '../src/core/match/osv.ts'
import { parseException } from '../src/core/policy/exception-document.ts'
import { importExceptions } from '../src/core/policy/imports/import-exceptions.ts'
import { parsePolicy } from '../src/core/policy/policy-document.ts'
import type { Signed } from '../src/core/signature/signed.ts'
import { verifyBundle } from '../src/core/signature/sigstore-bundle.ts'
import { verifySimpleSigning } from '../src/core/signature/simple-signing.ts'
import { trustedKey } from '../src/core/signature/trusted-key.ts'
import { TallymanError } from '../src/errors.ts'
import { buildTar } from '../test/support/build-image.ts'
import { bundleAround, bundleOf, keyPair, payloadOf, signatureOf, statementOf } from '../test/support/signatures.ts'
import { zipOf } from '../test/support/zip.ts'

/**
 * The long form of the tests' fuzzing: damages sound inputs of every kind until the time is up. A finding is printed with its
 * target and the bytes are kept in a file. `npm run fuzz -- --minutes 10 --only layer`
 */

/** Slower than this for a damaged copy of a small sound input is a finding: each takes milliseconds. */
const slowMs = 5000

interface Target {
  readonly name: string
  readonly sound: Buffer
  /** What is wrong with what came of the bytes; throwing counts too. */
  run(bytes: Buffer): readonly string[] | Promise<readonly string[]>
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log('npm run fuzz -- [--minutes N] [--only PART-OF-A-TARGET-NAME]')
  process.exit(0)
}

const exceptionRules = { now: '2026-05-01T12:00:00.000Z', maxDays: 365, approval: 'none' } as const

/** Exceptions of other tools, by format. */
const foreignExceptions: Readonly<Record<string, string>> = {
  trivyignore: '# why\nCVE-2026-1 exp:2026-07-01\nCIS-DI-0001\n',
  'trivyignore-yaml':
    'vulnerabilities:\n  - id: CVE-2026-1\n    purls: ["pkg:npm/a"]\n    expired_at: 2026-06-01\nsecrets:\n  - id: a-b\n    paths: [c]\n',
  grype: 'ignore:\n  - vulnerability: CVE-2026-1\n    package: { name: "@a/b", version: 1.0.0, type: npm }\n',
  harbor: '[{"name":"a","cve_allowlist":{"items":[{"cve_id":"CVE-2026-1"}],"expires_at":1782864000}}]',
  openvex:
    '{"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-01-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2026-1"},"products":[{"@id":"pkg:oci/a?repository_url=b/c","subcomponents":[{"@id":"pkg:npm/d"}]}],"status":"fixed"}]}',
}

const targets = [
  ...evidenceTargets(),
  ...archiveTargets(),
  ...documentTargets(),
  ...signatureTargets(),
  ...(await layerTargets()),
].filter(({ name }) => name.includes(values.only))
const deadline = Date.now() + Number(values.minutes) * 60_000
const runs = new Map<string, number>()
let findings = 0

console.log(`${targets.length} targets for ${values.minutes} minutes`)
while (Date.now() < deadline && targets.length > 0) {
  for (const target of targets) {
    for (const bytes of fc.sample(damaged(target.sound), 50)) await attempt(target, bytes)
    runs.set(target.name, (runs.get(target.name) ?? 0) + 50)
    if (Date.now() > deadline) break
  }
}
console.log(`${[...runs.values()].reduce((sum, count) => sum + count, 0)} inputs, ${findings} findings`)
process.exitCode = findings > 0 ? 1 : 0

async function attempt(target: Target, bytes: Buffer): Promise<void> {
  const start = performance.now()
  const flaws = await flawsIn(target, bytes)
  const took = performance.now() - start
  const all = took > slowMs ? [...flaws, `took ${Math.round(took)} ms`] : flaws
  if (all.length === 0) return
  findings += 1
  const file = join(tmpdir(), `tallyman-fuzz-${digestOf(bytes).slice(7, 19)}`)
  await writeFile(file, bytes)
  console.log(`${target.name}: ${all.join('; ')} (${file})`)
}

async function flawsIn(target: Target, bytes: Buffer): Promise<readonly string[]> {
  try {
    return await target.run(bytes)
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`]
  }
}

/** Every file that a cataloger asks for by its name. */
function evidenceTargets(): Target[] {
  const files = [...soundEvidence, ...soundLockFiles.map(([path, name]) => [path, fixture(name)] as const)]
  return files.flatMap(([path, sound]) =>
    catalogers
      .filter((cataloger) => wants(cataloger, path))
      .map((cataloger) => ({
        name: `${cataloger.name} ${path}`,
        sound,
        run: (bytes) => flawsOf(cataloger, path, bytes),
      })),
  )
}

/** Files that are chosen by how they begin: programs and Java archives. */
function archiveTargets(): Target[] {
  const info = { sections: { '.go.buildinfo': goBuildInfo('go1.22.3', 'path\ta\nmod\ta\tv1.0.0\ndep\tb\tv1.2.3\n') } }
  const jar = zipOf({
    'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\nImplementation-Version: 1.2\n',
    'META-INF/maven/g/a/pom.properties': 'groupId=g\nartifactId=a\nversion=1.2\n',
    'lib/inner.jar': zipOf({ 'META-INF/maven/g/b/pom.properties': 'groupId=g\nartifactId=b\nversion=3\n' }),
  })
  const files: readonly (readonly [string, Buffer])[] = [
    ['usr/bin/elf', elf(info)],
    ['usr/bin/pe.exe', pe(info)],
    ['usr/bin/mach-o', machO(info)],
    ['opt/a.jar', jar],
  ]
  return files.flatMap(([path, sound]) =>
    catalogers
      .filter(({ name }) => /binary|strings|archive/.test(name))
      .map((cataloger) => ({
        name: `${cataloger.name} ${path}`,
        sound,
        run: (bytes) => flawsOf(cataloger, path, bytes),
      })),
  )
}

/** Bundles, and what a trusted key signed, though it is damaged: nothing but the name of the image makes it a signature. */
function signatureTargets(): Target[] {
  const image = digestOf('an image')
  const pair = keyPair()
  const keys = [trustedKey('release', pair.publicKey)]
  const flaws = (signed: Signed, bytes: Buffer) =>
    'by' in signed && signed.by.length > 0 && !bytes.includes(image.slice('sha256:'.length))
      ? ['is the signature of an image that it does not name']
      : []
  return [
    {
      name: 'signature bundle',
      sound: bundleOf(image, pair),
      run: (bytes) => {
        const signed = verifyBundle(bytes, digestOf('another image'), keys)
        return 'by' in signed && signed.by.length > 0 ? ['is the signature of another image'] : []
      },
    },
    {
      name: 'signature payload',
      sound: payloadOf(image),
      run: (bytes) => flaws(verifySimpleSigning(bytes, signatureOf(bytes, pair), image, keys), bytes),
    },
    {
      name: 'signature statement',
      sound: statementOf(image),
      run: (bytes) => flaws(verifyBundle(bundleAround(bytes, pair), image, keys), bytes),
    },
  ]
}

/** Documents whose readers may refuse, with an error of ours. */
function documentTargets(): Target[] {
  const refused = (read: () => unknown): readonly string[] => {
    try {
      read()
    } catch (thrown) {
      if (!(thrown instanceof TallymanError)) throw thrown
    }
    return []
  }
  const descriptor = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 2,
  }
  const manifest = {
    schemaVersion: 2,
    config: descriptor,
    layers: [{ ...descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar' }],
  }
  const config = {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [descriptor.digest] },
    history: [{ created_by: 'RUN a' }],
  }
  const advisory = {
    id: 'CVE-1',
    modified: '2024-01-01T00:00:00Z',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem: 'npm', name: 'a' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.3' }] }],
      },
    ],
  }
  const policy =
    'apiVersion: tallyman.dev/v1\nkind: Policy\nmetadata: { name: a }\nspec:\n  vulnerabilities:\n    - { name: b, severity: high, action: fail }\n'
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  return [
    { name: 'manifest', sound: json(manifest), run: (bytes) => refused(() => parseManifest(bytes, '')) },
    { name: 'config', sound: json(config), run: (bytes) => refused(() => parseImageConfig(bytes)) },
    { name: 'advisory', sound: json(advisory), run: (bytes) => refused(() => parseOsv(bytes, () => {})) },
    { name: 'policy', sound: Buffer.from(policy), run: (bytes) => refused(() => parsePolicy(bytes.toString())) },
    {
      name: 'exception',
      sound: Buffer.from(
        `apiVersion: tallyman.dev/v1\nkind: Exception\nmetadata: { name: a }\nspec:\n  vulnerabilities: [CVE-1-1]\n  scope: { tags: ["1.*"] }\n  reason: b\n  owner: c\n  until: ${exceptionRules.now}\n`,
      ),
      run: (bytes) => refused(() => parseException(bytes.toString(), exceptionRules)),
    },
    ...Object.entries(foreignExceptions).map(([format, sound]): Target => {
      const options = { format, name: 'a', owner: 'b', reason: 'c', until: '2026-06-01', scopes: [] }
      const take = (text: string) => importExceptions(text, options, exceptionRules, () => 'hub')
      return {
        name: `import ${format}`,
        sound: Buffer.from(sound),
        run: (bytes) => refused(() => take(bytes.toString())),
      }
    }),
  ]
}

/** Whole layers: a damaged one has its own digest, so nothing is thrown, all of it ends as gaps. */
async function layerTargets(): Promise<Target[]> {
  const tar = await buildTar([
    { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.0\n' },
    { path: 'lib/apk/db/installed', content: fixture('apk/installed') },
    { path: `${'long/'.repeat(40)}package.json`, content: '{}' },
    { path: 'app/node_modules/a/package.json', content: '{"name":"a","version":"1.0.0"}' },
    { path: 'app/.wh.b', content: '' },
    { path: 'app/link', type: 'symlink', target: '../etc' },
  ])
  const read = async (bytes: Buffer): Promise<readonly string[]> => {
    const blob = { digest: digestOf(bytes), size: bytes.length, mediaType: 'application/vnd.oci.image.layer.v1.tar' }
    const reading = createLayerReading(blob, catalogers)
    await reading.push(bytes)
    const { facts } = await reading.finish()
    return facts.blob === blob.digest ? [] : ['the facts are of another blob']
  }
  return [
    { name: 'layer tar', sound: tar, run: read },
    { name: 'layer gzip', sound: gzipSync(tar), run: read },
    { name: 'layer zstd', sound: zstdCompressSync(tar), run: read },
    { name: 'layer gzip of a damaged tar', sound: tar, run: (bytes) => read(gzipSync(bytes)) },
  ]
}
