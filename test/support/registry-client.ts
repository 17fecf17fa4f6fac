import { createRegistryClient } from '../../src/adapters/registry/client.ts'
import type { RegistryClient, RegistryClientOptions } from '../../src/adapters/registry/client.ts'

/** A client for tests: plain HTTP, no credentials, and retries that follow at once. */
export function testClient(host: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  return createRegistryClient({
    host,
    plainHttp: true,
    credentials: () => Promise.resolve(undefined),
    userAgent: 'tallyman/test',
    ...options,
    retry: { baseMs: 1, ...options.retry },
  })
}
