import { expect, test } from 'vitest'
import { requireSafeTarget } from './origin.ts'

function verdict(registry: string, target: string): string {
  try {
    requireSafeTarget(new URL(target), new URL(registry), 'redirect')
    return 'followed'
  } catch (error) {
    return (error as Error).message.replace(/^.*?, /, '')
  }
}

test.each([
  ['https://registry.example', 'https://storage.example/x', 'followed'],
  ['https://registry.example', 'https://registry.example:8443/x', 'followed'],
  ['https://registry.example', 'http://storage.example/x', 'which is not encrypted'],
  ['http://registry.example', 'http://storage.example/x', 'followed'],
  ['https://registry.example', 'file:///etc/passwd', 'which is not a web address'],
  ['https://registry.example', 'https://a:b@storage.example/x', 'with a password in the address'],
  ['https://registry.example', 'https://169.254.169.254/latest', 'which is a link-local address'],
  ['https://registry.example', 'https://[::ffff:169.254.169.254]/', 'which is a link-local address'],
  ['https://registry.example', 'https://0xa9fea9fe/', 'which is a link-local address'],
  ['https://registry.example', 'https://[fe80::1]/', 'which is a link-local address'],
  ['https://registry.example', 'https://localhost/x', 'which is a loopback address'],
  ['https://registry.example', 'https://[::1]/x', 'which is a loopback address'],
  ['https://registry.example', 'https://10.1.2.3/x', 'which is a private address'],
  ['https://10.0.0.1', 'https://192.168.0.7/x', 'followed'],
  ['http://127.0.0.1:5000', 'http://127.0.0.1:9000/x', 'followed'],
  ['http://127.0.0.1:5000', 'http://localhost:9000/x', 'followed'],
  ['http://127.0.0.1:5000', 'http://10.0.0.1/x', 'which is a private address'],
  ['https://169.254.1.1', 'https://169.254.169.254/x', 'which is a link-local address'],
  ['https://registry.example', 'https://0.0.0.0/x', 'which is a unspecified address'],
])('%s sends us to %s: %s', (registry, target, expected) => {
  expect(verdict(registry, target)).toBe(expected)
})
