import { expect, test } from 'vitest'
import { formatReference, isRepository, parseReference, tagOrDigest } from './reference.ts'

const digest = `sha256:${'ab'.repeat(32)}` as const

test.each([
  ['alpine', 'docker.io/library/alpine:latest'],
  ['alpine:3.20', 'docker.io/library/alpine:3.20'],
  ['team/api', 'docker.io/team/api:latest'],
  ['docker.io/alpine', 'docker.io/library/alpine:latest'],
  ['index.docker.io/team/api:1', 'docker.io/team/api:1'],
  ['localhost/api', 'localhost/api:latest'],
  ['localhost:5000/api:1', 'localhost:5000/api:1'],
  ['Registry.Example:5000/a/b/c:V1', 'registry.example:5000/a/b/c:V1'],
  ['[::1]:5000/api:1', '[::1]:5000/api:1'],
  ['10.0.0.1/api__x/y-z--w.v:_1', '10.0.0.1/api__x/y-z--w.v:_1'],
  [`ghcr.io/a/b@${digest}`, `ghcr.io/a/b@${digest}`],
  [`alpine:3.20@${digest}`, `docker.io/library/alpine:3.20@${digest}`],
  ['a:5000/b', 'a:5000/b:latest'],
])('reads %s as %s', (text, full) => {
  expect(formatReference(parseReference(text))).toBe(full)
})

test('the digest decides where there are a tag and a digest', () => {
  expect(tagOrDigest(parseReference(`alpine:3.20@${digest}`))).toBe(digest)
  expect(tagOrDigest(parseReference('alpine:3.20'))).toBe('3.20')
})

test.each([
  ['', 'it is empty'],
  ['https://registry.example/api', 'leave out the scheme: write host/repository:tag'],
  ['ab'.repeat(32), 'this looks like an image id; name a repository, or write repository@sha256:…'],
  ['registry.example/Team/api', 'a repository name is lower case'],
  ['team/Api', 'a repository name is lower case'],
  ['registry.example/', 'the repository is missing'],
  [
    'registry.example/a//b',
    'a repository name has lower-case letters and digits, separated by "/", ".", "_", "__" or "-"',
  ],
  [
    'registry.example/a/../b',
    'a repository name has lower-case letters and digits, separated by "/", ".", "_", "__" or "-"',
  ],
  [
    'registry.example/a___b',
    'a repository name has lower-case letters and digits, separated by "/", ".", "_", "__" or "-"',
  ],
  ['a@sha256:ABC', 'a digest is "sha256:" and 64 lower-case hex digits'],
  [`a@sha512:${'0'.repeat(128)}`, 'a digest is "sha256:" and 64 lower-case hex digits'],
  ['-bad-.example/a', '"-bad-.example" is not a host name'],
  ['user@host.example/a', 'a digest is "sha256:" and 64 lower-case hex digits'],
  [`registry.example/${'a'.repeat(250)}`, 'the name is longer than 255 characters'],
])('refuses %s', (text, problem) => {
  expect(() => parseReference(text)).toThrow(
    expect.objectContaining({
      code: 'REFERENCE_INVALID',
      message: `${shown(text)} is not an image reference: ${problem}`,
    }),
  )
})

function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}

test('refuses a tag that no registry would take', () => {
  for (const tag of ['', '.a', '-a', 'a b', 'a'.repeat(129)]) {
    expect(() => parseReference(`alpine:${tag}`)).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }))
  }
})

test('a very long text is refused without being repeated', () => {
  expect(() => parseReference('a/'.repeat(100_000))).toThrow(/^"(a\/){100}…" is not an image reference/)
})

test('a repository name cannot leave its place in a URL', () => {
  expect(['team/api', 'a', 'a.b/c_d'].map(isRepository)).toEqual([true, true, true])
  expect(['', '/', 'a/', '../a', 'a/..', 'a?b', 'a%2fb', 'A', `a${'/a'.repeat(128)}`].map(isRepository)).toEqual(
    Array(9).fill(false),
  )
})
