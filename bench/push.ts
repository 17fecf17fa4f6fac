import { createReadStream } from 'node:fs'
import { request } from 'undici'
import { digestOf } from '../src/core/image/digest.ts'
import type { BenchLayer } from './image.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** Pushes an image of these layers to a plain-HTTP registry and returns its reference. */
export async function pushImage(host: string, name: string, layers: readonly BenchLayer[]): Promise<string> {
  const repository = `http://${host}/v2/bench/${name}`
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2024-01-01T00:00:00Z',
      config: { User: '1000', Cmd: ['node', 'server.js'] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      history: layers.map(({ name }) => ({ created_by: `RUN install ${name}` })),
    }),
  )
  const configDescriptor = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(config),
    size: config.length,
  }
  await upload(repository, configDescriptor.digest, config.length, () => config)
  for (const { digest, size, file } of layers) await upload(repository, digest, size, () => createReadStream(file))
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: configDescriptor,
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  })
  await put(`${repository}/manifests/latest`, manifestType, manifest.length, manifest)
  return `${host}/bench/${name}:latest`
}

async function upload(
  repository: string,
  digest: string,
  size: number,
  body: () => Buffer | NodeJS.ReadableStream,
): Promise<void> {
  const { headers, body: answer } = await request(`${repository}/blobs/uploads/`, { method: 'POST' })
  await answer.dump()
  const url = new URL(String(headers['location']), repository)
  url.searchParams.set('digest', digest)
  await put(url.href, 'application/octet-stream', size, body())
}

async function put(
  url: string,
  type: string,
  size: number,
  body: string | Buffer | NodeJS.ReadableStream,
): Promise<void> {
  const response = await request(url, {
    method: 'PUT',
    headers: { 'content-type': type, 'content-length': String(size) },
    body: body as Buffer,
  })
  const text = await response.body.text()
  if (response.statusCode !== 201) throw new Error(`PUT ${url} answered ${response.statusCode}: ${text}`)
}
