import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { sbomInImage } from './sbom-in-image.ts'

const spdx = 'opt/bitnami/lantern/.spdx-lantern.spdx'
const list = 'opt/bitnami/.bitnami_components.json'

test('wants bills of materials in JSON, and what Bitnami says of its components', () => {
  const wanted = [spdx, list, 'var/lib/db/sbom/musl-1.2.5-r0.spdx.json', 'app/bom.cdx.json', `rootfs/${list}`]
  const others = ['srv/.spdx-lantern.spdx', 'srv/bom.spdx', 'srv/.bitnami_components.json', 'app/bom.json']
  expect([...wanted, ...others].filter((path) => wants(sbomInImage, path))).toEqual(wanted)
})

test('reads the components of CycloneDX by their purls, with those in them, without the document’s own subject', () => {
  expect(catalog(sbomInImage, 'app/app.cdx.json', fixture('sbom-in-image/app.cdx.json'))).toEqual({
    facts: [
      { kind: 'package', type: 'npm', name: '@harbour/lantern', version: '2.4.1', evidence: 'embedded' },
      { kind: 'package', type: 'maven', name: 'org.example:wick', version: '1.0', evidence: 'embedded' },
    ],
    notes: [],
  })
})

const component = {
  kind: 'package',
  type: 'bitnami',
  name: 'lantern',
  version: '2.4.1-3',
  arch: 'amd64',
  evidence: 'embedded',
}

test('a component of Bitnami owns its directory', () => {
  const owned = { kind: 'ownership', type: 'bitnami', name: 'lantern', paths: 'opt/bitnami/lantern/' }
  expect(catalog(sbomInImage, spdx, fixture('sbom-in-image/lantern.spdx'))).toEqual({
    facts: [component, owned],
    notes: [],
  })
  const components = '{"lantern":{"arch":"amd64","type":"NAMI","version":"2.4.1-3"},"wick":{},"a/b":{"version":"1"}}'
  expect(catalog(sbomInImage, list, components)).toEqual({ facts: [component, owned], notes: [] })
})

test('an rpm has its epoch in the version, and no part of an OS package is its vendor', () => {
  const purls = ['pkg:rpm/redhat/lantern@2.4-1.el9?arch=x86_64&epoch=2', 'pkg:apk/wolfi/wick@1.0-r0?arch=x86_64']
  const document = { components: purls.map((purl) => ({ purl })) }
  expect(catalog(sbomInImage, 'a.cdx.json', JSON.stringify(document)).facts.toReversed()).toEqual([
    { kind: 'package', type: 'rpm', name: 'lantern', version: '2:2.4-1.el9', arch: 'x86_64', evidence: 'embedded' },
    { kind: 'package', type: 'apk', name: 'wick', version: '1.0-r0', arch: 'x86_64', evidence: 'embedded' },
  ])
})

test('notes what is no JSON object', () => {
  expect(catalog(sbomInImage, 'a.spdx.json', 'SPDXVersion: SPDX-2.3')).toEqual({
    facts: [],
    notes: ['it is not a JSON object'],
  })
})

test('components nested without end are read like others', () => {
  const depth = 5_000 // JSON.parse itself gives up at some depth
  const nested = `${'{"components":['.repeat(depth)}{"purl":"pkg:npm/a@1"}${']}'.repeat(depth)}`
  expect(catalog(sbomInImage, 'a.cdx.json', nested).facts).toHaveLength(1)
})
