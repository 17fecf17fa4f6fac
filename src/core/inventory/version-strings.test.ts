import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalog } from '../../../fixtures/catalogers/catalog.ts'
import { elf } from '../../../fixtures/catalogers/programs/programs.ts'
import { programs } from './known-programs.ts'
import { versionStrings } from './version-strings.ts'

const program = (text: string) => elf({ sections: { '.rodata': Buffer.from(`\0${text}\0`, 'latin1') } })
const read = (basename: string, text: string) => catalog(versionStrings, `usr/local/bin/${basename}`, program(text))
const wants = (basename: string, bytes = program('')) =>
  versionStrings.wantsContent?.(bytes.subarray(0, 64), `opt/${basename}`, basename, bytes.length)

test.each([
  ['node', 'https://nodejs.org/dist\0node.js/v20.11.1\0', 'node 20.11.1'],
  ['node', 'node v4.9.1', 'node 4.9.1'],
  ['python3.11', '3.11.7', 'python 3.11.7'],
  ['libpython3.13.so.1.0', '3.13.0rc2', 'python 3.13.0rc2'],
  ['libpython3.13.so.1.0', '/build/Python-3.13.0', 'python 3.13.0'],
  ['libpypy3.10-c.so', '[PyPy 7.3.15 with', 'pypy 7.3.15'],
  ['openssl', 'OpenSSL 3.0.13 30 Jan 2024', 'openssl 3.0.13'],
  ['libcrypto.so.1.1', 'OpenSSL 1.1.1w  11 Sep 2023', 'openssl 1.1.1w'],
  ['busybox', 'BusyBox v1.36.1 (2024-01-01)', 'busybox 1.36.1'],
  ['bash', '@(#)Bash version 5.2.15(1) release GNU', 'bash 5.2.15'],
  ['nginx', 'nginx version: nginx/1.25.3', 'nginx 1.25.3'],
  ['openresty', 'nginx version: openresty/1.21.4.1', 'nginx 1.21.4'],
  ['httpd', 'Apache/2.4.58 (Unix)', 'httpd 2.4.58'],
  ['haproxy', 'HAProxy version 2.8.5', 'haproxy 2.8.5'],
  ['redis-server', '7.2.4buildkitsandbox-1704812345000000000', 'redis 7.2.4'],
  ['valkey-server', '8.0.1buildkitsandbox-1704812345000000000', 'valkey 8.0.1'],
  ['memcached', 'memcached 1.6.23', 'memcached 1.6.23'],
  ['postgres', 'PostgreSQL 16.1 (Debian', 'postgresql 16.1'],
  ['postgres', 'PostgreSQL 17beta2', 'postgresql 17beta2'],
  ['mariadbd', '11.2.2-MariaDB', 'mariadb 11.2.2'],
  ['mysqld', '10.11.6-MariaDB', 'mariadb 10.11.6'],
  ['mysqld', '/build/mysql-8.2.0/sql', 'mysql 8.2.0'],
  ['mongod', '7.0.5\0\0heap_size', 'mongodb 7.0.5'],
  ['perl', '/usr/local/lib/perl5/5.38.2', 'perl 5.38.2'],
  ['libruby.so.3.3', 'ruby 3.3.0 (2023-12-25', 'ruby 3.3.0'],
  ['php-fpm', 'X-Powered-By: PHP/8.3.2', 'php 8.3.2'],
  ['beam.smp', '/usr/src/otp_src_26.2.1/erts/', 'erlang 26.2.1'],
  ['go', 'go1.21.6', 'go 1.21.6'],
  ['java', 'openjdk\0java\u00000.0\u000017.0.10+7-LTS', 'java 17.0.10+7'],
  ['java', '1.8.0_392-b08', 'java 1.8.0_392-b08'],
  ['libstd-0123456789abcdef.so', 'rustc version 1.75.0 (82e1608df', 'rust 1.75.0'],
  ['deno', 'Deno/1.40.2', 'deno 1.40.2'],
  ['lighttpd', 'lighttpd/1.4.73', 'lighttpd 1.4.73'],
  ['proftpd', 'ProFTPD Version 1.3.8b', 'proftpd 1.3.8b'],
  ['curl', 'curl/8.5.0', 'curl 8.5.0'],
  ['traefik', 'v2.10.7', 'traefik 2.10.7'],
])('%s with %j is %s', (basename, text, found) => {
  expect(wants(basename)).toBe(true)
  const [name, version] = found.split(' ')
  expect(read(basename, text)).toEqual({
    facts: [{ kind: 'package', type: 'generic', name, version, evidence: 'pattern' }],
    notes: [],
  })
})

test('finds a version that lies across two windows', () => {
  const filler = 'x'.repeat(2 ** 20 - 1024 - 6)
  expect(read('node', `${filler}node.js/v20.11.1`).facts).toHaveLength(1)
  expect(read('node', `${filler.repeat(3)}node.js/v20.11.1`).facts).toHaveLength(1)
})

test('says nothing where the version is not in it, as in a launcher', () => {
  expect(read('python3.11', 'Py_BytesMain')).toEqual({ facts: [], notes: [] })
})

test('wants programs with a known name only', () => {
  expect(wants('ls')).toBe(false)
  expect(wants('nodejs-docs')).toBe(false)
  expect(wants('node', Buffer.from('#!/bin/sh\nexec nodejs'))).toBe(false)
})

test('takes time in proportion to the file, whatever is in it', () => {
  const names = [
    'node',
    'python3.11',
    'openssl',
    'haproxy',
    'redis-server',
    'java',
    'mysqld',
    'mongod',
    'postgres',
    'nginx',
  ]
  for (const unit of ['\0', '1', '1.', '1.1.1', '\x001.1.1', '\x001.1.1a', 'openjdk\0', 'openjdk\0java\x001.1']) {
    const text = unit.repeat(2 ** 20 / unit.length)
    for (const name of names) expect(read(name, text).notes).toEqual([])
  }
})

test('may be any bytes', () => {
  const name = fc.constantFrom('node', 'python3.9', 'java', 'redis-server', 'haproxy')
  const property = fc.property(name, fc.uint8Array({ maxLength: 4096 }), (basename, any) => {
    const bytes = Buffer.concat([elf({}), Buffer.from(any)])
    expect(catalog(versionStrings, basename, bytes).notes).toEqual([])
  })
  fc.assert(property)
})

test('names are in lower case, as purl wants them', () => {
  expect(programs.filter(({ name }) => !/^[a-z]+$/.test(name))).toEqual([])
})
