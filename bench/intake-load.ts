import autocannon from 'autocannon'

/** Sends notifications of pushes, each of another tag, over 128 connections. Arguments: URL, seconds. Prints JSON. */
const [url = '', seconds = '5'] = process.argv.slice(2)
let sent = 0

function body(): string {
  sent++
  const digest = `sha256:${sent.toString(16).padStart(64, '0')}`
  return JSON.stringify({
    events: [
      {
        id: `event-${sent}`,
        timestamp: '2024-01-01T00:00:00Z',
        action: 'push',
        target: {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          size: 1234,
          digest,
          length: 1234,
          repository: 'team/app',
          url: `http://registry.example/v2/team/app/manifests/${digest}`,
          tag: `build-${sent}`,
          references: [
            { mediaType: 'application/vnd.oci.image.config.v1+json', size: 495, digest },
            { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 39_793_854, digest },
          ],
        },
        request: {
          id: `request-${sent}`,
          addr: '127.0.0.1:1',
          host: 'registry.example',
          method: 'PUT',
          useragent: 'bench',
        },
        actor: {},
        source: { addr: 'registry:5000', instanceID: '7f0091e6-4632-4a54-b9e9-4c99544b3297' },
      },
    ],
  })
}

const result = await autocannon({
  url,
  connections: 128,
  duration: Number(seconds),
  method: 'POST',
  headers: {
    'content-type': 'application/vnd.docker.distribution.events.v1+json',
    authorization: 'Bearer open-sesame',
  },
  requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
})
if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} refused, ${result.errors} failed`)
const { average } = result.requests
console.log(
  JSON.stringify({
    requestsPerSecond: average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    taken: result['2xx'],
  }),
)
