import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { zipOf } from '../../../test/support/zip.ts'
import { javaArchive } from './java-archive.ts'

const properties = (group: string, artifact: string, version: string) =>
  `#Created by Apache Maven 3.9.6\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`

const pom = (group: string, artifact: string, version: string) => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: properties(group, artifact, version),
})

const manifest = (...lines: string[]) => ({
  'META-INF/MANIFEST.MF': ['Manifest-Version: 1.0', ...lines, '', ''].join('\r\n'),
})

const lamp = pom('org.harbour', 'lamp', '1.4.2')

const packages = (path: string, bytes: Buffer | string) =>
  catalog(javaArchive, path, bytes).facts.map((fact) => {
    if (fact.kind !== 'package') throw new Error('not a package')
    const { name, version, within, evidence } = fact
    return [
      name,
      version,
      ...(evidence === 'archive' ? [] : [evidence]),
      ...(within === undefined ? [] : [within]),
    ].join(' ')
  })

const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex')

test('wants archives by their names, and pom.properties that were unpacked', () => {
  const wanted = ['a.jar', 'A.WAR', 'opt/x.ear', 'x.hpi', 'x.jpi', 'x.lpkg', 'jmods/java.base.jmod', 'x.rar']
  const unpacked = 'app/WEB-INF/classes/META-INF/maven/org.harbour/lamp/pom.properties'
  const others = ['jar', 'a.jar.asc', 'a.zip', 'a.bar', 'pom.properties', 'src/pom.properties']
  expect([...wanted, unpacked, ...others].filter((path) => wants(javaArchive, path))).toEqual([...wanted, unpacked])
})

test('reads the pom.properties of a jar', () => {
  expect(catalog(javaArchive, 'opt/lamp-1.4.2.jar', zipOf(lamp))).toEqual({
    facts: [{ kind: 'package', type: 'maven', name: 'org.harbour:lamp', version: '1.4.2', evidence: 'archive' }],
    notes: [],
  })
})

test('reads the pom.properties of a jar that was unpacked', () => {
  const path = 'srv/META-INF/maven/org.harbour/lamp/pom.properties'
  expect(catalog(javaArchive, path, properties('org.harbour', 'lamp', '1.4.2')).facts).toEqual([
    { kind: 'package', type: 'maven', name: 'org.harbour:lamp', version: '1.4.2' },
  ])
})

test('reports every library that was shaded into a jar', () => {
  const shaded = { ...lamp, ...pom('org.harbour', 'wick', '0.9'), ...pom('com.oil', 'oil', '7') }
  expect(packages('opt/lamp-1.4.2.jar', zipOf(shaded))).toEqual([
    'org.harbour:lamp 1.4.2',
    'org.harbour:wick 0.9',
    'com.oil:oil 7',
  ])
})

test('names a jar by its manifest where the only pom in it is of something shaded', () => {
  const bytes = zipOf({
    ...manifest('Bundle-SymbolicName: org.harbour.beacon;singleton:=true', 'Bundle-Version: 4.2.3'),
    ...lamp,
  })
  expect(packages('opt/beacon.jar', bytes)).toEqual(['org.harbour:lamp 1.4.2', 'org.harbour:beacon 4.2.3'])
})

test('takes the only pom for the jar’s own where nothing says otherwise', () => {
  expect(packages('opt/renamed.jar', zipOf(lamp))).toEqual(['org.harbour:lamp 1.4.2'])
  const agreeing = { ...manifest('Bundle-Version: 1.4.2.v2024'), ...lamp }
  expect(packages('opt/renamed.jar', zipOf(agreeing))).toEqual(['org.harbour:lamp 1.4.2'])
})

test('reads archives in archives, stored and deflated, and says where they lie', () => {
  const fat = zipOf(
    { ...pom('org.harbour', 'shop', '2.0'), 'BOOT-INF/lib/lamp-1.4.2.jar': zipOf(lamp) },
    { stored: true },
  )
  const war = zipOf({ 'WEB-INF/lib/shop-2.0.jar': fat, 'WEB-INF/web.xml': '<web-app/>', ...manifest() })
  expect(packages('opt/webapps/shop.war', war)).toEqual([
    'org.harbour:shop 2.0 WEB-INF/lib/shop-2.0.jar',
    'org.harbour:lamp 1.4.2 WEB-INF/lib/shop-2.0.jar!/BOOT-INF/lib/lamp-1.4.2.jar',
  ])
})

test('reads an archive behind a shell script, and behind the mark of a jmod', () => {
  const prefix = Buffer.from('#!/bin/sh\nexec java -jar "$0"\n')
  expect(packages('opt/lamp.jar', zipOf(lamp, { prefix }))).toEqual(['org.harbour:lamp 1.4.2'])
  const jmod = zipOf({ 'classes/module-info.class': 'x' }, { prefix: Buffer.from('JM\u0001\u0000', 'latin1') })
  expect(catalog(javaArchive, 'jmods/java.base.jmod', jmod)).toEqual({ facts: [], notes: [] })
})

describe('pom.xml', () => {
  const place = 'META-INF/maven/org.harbour/lamp/pom.xml'

  test('is read where there are no properties, with group and version of its parent', () => {
    expect(packages('opt/lamp.jar', zipOf({ [place]: fixture('java-archive/pom.xml') }))).toEqual([
      'org.harbour.light:lamp 1.4.2',
    ])
  })

  test('gives way to the properties beside it', () => {
    const both = { [place]: fixture('java-archive/pom.xml'), ...lamp }
    expect(packages('opt/lamp.jar', zipOf(both))).toEqual(['org.harbour:lamp 1.4.2'])
  })

  test('is left out where other files are needed to tell', () => {
    const text = '<project><groupId>g</groupId><artifactId>lamp</artifactId><version>${revision}</version></project>'
    expect(packages('opt/lamp-3.jar', zipOf({ [place]: text }))).toEqual(['lamp:lamp 3 name'])
  })
})

describe('without a pom', () => {
  const bare = { 'a/B.class': 'x' }

  test.each([
    [
      'lantern.jar',
      ['Implementation-Title: lamp', 'Implementation-Version: 29.0-jre', 'Implementation-Vendor-Id: org.harbour'],
      'org.harbour:lamp 29.0-jre',
    ],
    [
      'lamp-driver-3.6.3.jar',
      ['Bundle-SymbolicName: org.harbour.driver', 'Bundle-Version: 3.6.3'],
      'org.harbour:lamp-driver 3.6.3',
    ],
    ['lamp-1.0.jar', ['Automatic-Module-Name: org.harbour.lamp'], 'org.harbour:lamp 1.0 name'],
    [
      'spring-core-5.3.4.jar',
      ['Implementation-Title: spring-core', 'Implementation-Version: 5.3.4'],
      'org.springframework:spring-core 5.3.4',
    ],
    [
      'catalina.jar',
      ['Bundle-SymbolicName: org.apache.tomcat-catalina', 'Implementation-Version: 9.0.80'],
      'org.apache.tomcat:tomcat-catalina 9.0.80',
    ],
    [
      'commons-logging-api-1.2.jar',
      ['Implementation-Vendor-Id: org.apache'],
      'commons-logging:commons-logging-api 1.2 name',
    ],
    ['lamp.jpi', ['Short-Name: lamp', 'Plugin-Version: 1.33 (private)'], 'org.jenkins-ci.plugins:lamp 1.33'],
    ['lamp-7.jar', ['Implementation-Version: ${project.version}'], 'lamp:lamp 7 name'],
    ['long.jar', ['Implementation-Version: 1.', ' 2.3'], 'long:long 1.2.3'],
  ])('%s is named by its manifest and its name', (name, lines, expected) => {
    expect(packages(`opt/${name}`, zipOf({ ...bare, ...manifest(...lines) }))).toEqual([expected])
  })

  test.each([
    ['guava-31.1-jre.jar', 'com.google.guava:guava 31.1-jre name'],
    ['tiny-http3-proxy-7.jar', 'tiny-http3-proxy:tiny-http3-proxy 7 name'],
    ['plotter-r6-2014.jar', 'plotter:plotter r6-2014 name'],
    ['kafka_2.13-3.4.0.jar', 'org.apache.kafka:kafka_2.13 3.4.0 name'],
    ['log4j-1.2-api-2.17.1.jar', 'org.apache.logging.log4j:log4j-1.2-api 2.17.1 name'],
    ['lamp_1.2.0.jar', 'lamp:lamp 1.2.0 name'],
    ['lamp-1.2-linux-x86_64.jar', 'lamp:lamp 1.2 name'],
  ])('%s is named by its name', (name, expected) => {
    expect(packages(`opt/${name}`, zipOf(bare))).toEqual([expected])
  })

  test.each([
    ['root/.m2/repository/org/harbour/lamp/1.4.2/lamp-1.4.2.jar', 'org.harbour:lamp 1.4.2 name'],
    [
      'root/.gradle/caches/modules-2/files-2.1/org.harbour/lamp/1.4.2/0a1b/lamp-1.4.2.jar',
      'org.harbour:lamp 1.4.2 name',
    ],
  ])('%s is named by its place in a repository', (path, expected) => {
    expect(packages(path, zipOf(bare))).toEqual([expected])
  })

  test('its SHA-1 is kept, to look it up by', () => {
    const bytes = zipOf(bare)
    expect(catalog(javaArchive, 'opt/lamp-7.jar', bytes).facts).toEqual([
      { kind: 'package', type: 'maven', name: 'lamp:lamp', version: '7', evidence: 'name', sha1: sha1(bytes) },
    ])
  })

  test('a library of unknown version is a package, an application around libraries is not', () => {
    const bytes = zipOf(bare)
    expect(catalog(javaArchive, 'opt/lamp.jar', bytes).facts).toEqual([
      { kind: 'package', type: 'maven', name: 'lamp:lamp', version: '', evidence: 'name', sha1: sha1(bytes) },
    ])
    expect(packages('opt/app.jar', zipOf({ ...bare, 'lib/lamp.jar': zipOf(lamp) }))).toEqual([
      'org.harbour:lamp 1.4.2 lib/lamp.jar',
    ])
    expect(packages('opt/pictures.jar', zipOf({ 'a.png': 'x' }))).toEqual([])
  })
})

describe('hostile input', () => {
  test('what is no zip is noted in a jar and passed over in a rar', () => {
    expect(catalog(javaArchive, 'opt/x.jar', 'text').notes).toEqual(['it is not a zip archive'])
    expect(catalog(javaArchive, 'opt/x.rar', 'Rar!').notes).toEqual([])
    const cut = zipOf(lamp).subarray(0, 60)
    expect(catalog(javaArchive, 'opt/x.rar', cut).notes).toEqual([
      'there is no end of central directory record: not a zip archive, or cut off',
    ])
  })

  test('a corrupt entry costs itself, not what is beside it', () => {
    const inner = zipOf(lamp)
    inner.fill(0, 0, 4)
    const outer = zipOf({ 'a.jar': inner, ...pom('org.harbour', 'wick', '1') })
    const { facts, notes } = catalog(javaArchive, 'opt/wick.jar', outer)
    expect(facts.map((fact) => fact.kind === 'package' && fact.name)).toEqual(['org.harbour:wick'])
    expect(notes).toEqual(['a.jar: META-INF/maven/org.harbour/lamp/pom.properties has no local header'])
  })

  test('archives that lie too deep, inflate to too much, or have too long names are noted', () => {
    let nested = zipOf(lamp)
    for (let depth = 0; depth < 10; depth++) nested = zipOf({ 'x.jar': nested }, { stored: true })
    expect(catalog(javaArchive, 'opt/x.jar', nested)).toEqual({
      facts: [],
      notes: [`${Array(8).fill('x.jar').join('!/')}: archives in it are not read: they lie more than 8 deep`],
    })
    const bomb = zipOf({ 'bomb.jar': Buffer.alloc(20_000_000), 'lamp.jar': zipOf(lamp) })
    expect(catalog(javaArchive, 'opt/x.jar', bomb).notes).toEqual([
      expect.stringMatching(/^bomb\.jar unpacks to more than \d+ bytes$/),
      'it holds more than is read of one file',
    ])
    const long = zipOf({ [`${'x'.repeat(2000)}.jar`]: zipOf(lamp) })
    expect(catalog(javaArchive, 'opt/x.jar', long).notes).toEqual(['an archive in it has too long a name to be read'])
  })

  test('names that are no words are not reported', () => {
    const evil = zipOf({ ...pom('org\u001b[2J', 'lamp', '1'), ...manifest('Implementation-Version: 1\u0007') })
    expect(packages('opt/a b.jar', evil)).toEqual([])
  })

  test('random damage never throws', () => {
    const inner = zipOf({ ...lamp, ...manifest('Implementation-Version: 2') })
    const intact = zipOf(
      { 'lib/lamp.jar': inner, 'META-INF/maven/g/a/pom.xml': fixture('java-archive/pom.xml') },
      { stored: true },
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(intact.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(intact.length),
        (changes, length) => {
          const bytes = Buffer.from(intact)
          for (const [at, value] of changes) bytes[at] = value
          expect(catalog(javaArchive, 'opt/x.jar', bytes).facts.length).toBeLessThan(9)
          expect(catalog(javaArchive, 'opt/x.jar', bytes.subarray(0, length)).facts.length).toBeLessThan(9)
        },
      ),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(catalog(javaArchive, 'x.jar', Buffer.from(bytes)).facts).toEqual([])
      }),
    )
  })
})

test('the name of an archive in it moves no cursor', () => {
  const inner = zipOf(lamp)
  expect(packages('a.jar', zipOf({ 'lib/\u001b[2Jx.jar': inner }))).toEqual([
    'org.harbour:lamp 1.4.2 lib/\ufffd[2Jx.jar',
  ])
})
