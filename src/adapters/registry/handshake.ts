import { asTallymanError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Authorizer } from './auth.ts'
import { refusal } from './failure.ts'
import { listRepositories } from './listing.ts'
import type { HttpResponse } from './http.ts'
import type { Session } from './session.ts'

/** What one step of the way to a registry said. `detail` says what was found and, if it failed, what to do. */
export interface HandshakeStep {
  readonly step: 'address' | 'credentials' | 'access' | 'catalog'
  readonly status: 'ok' | 'failed' | 'skipped'
  readonly detail: string
  readonly code?: ErrorCode
}

/** Walks the way to a registry as far as it goes. Never throws for what the registry does; the steps say it. */
export async function walkHandshake(session: Session, auth: Authorizer, signal: AbortSignal): Promise<HandshakeStep[]> {
  const access = await attempt('access', () => ping(session, signal))
  const address = addressStep(session, access)
  if (address.status === 'failed') return [address]
  const credentials = await attempt('credentials', () => auth.describe())
  const steps = [
    address,
    credentials,
    { ...access, detail: access.status === 'ok' ? accessDetail(auth) : access.detail },
  ]
  if (access.status !== 'ok') return [...steps, { step: 'catalog', status: 'skipped', detail: 'no access' }]
  return [...steps, await attempt('catalog', () => lookIntoCatalog(session, signal))]
}

async function ping(session: Session, signal: AbortSignal): Promise<string> {
  const read = async (response: HttpResponse) => {
    if (response.status === 200) return 'the registry answers'
    throw await refusal(response, { missing: 'REGISTRY_PROTOCOL', what: 'distribution API (/v2/)' }, signal)
  }
  return session.send({ method: 'GET', path: '/v2/', scope: '' }, read, signal)
}

async function lookIntoCatalog(session: Session, signal: AbortSignal): Promise<string> {
  for await (const repository of listRepositories(session, signal)) return `lists its repositories, ${repository} first`
  return 'lists its repositories; there are none yet'
}

/** Whatever answered at all has an address: credentials and access are further steps. */
function addressStep(session: Session, access: HandshakeStep): HandshakeStep {
  const reached = access.status === 'ok' || access.code === 'REGISTRY_UNAUTHORIZED' || access.code === 'CONFIG_INVALID'
  return reached
    ? { step: 'address', status: 'ok', detail: session.endpoint.origin }
    : { step: 'address', status: 'failed', detail: access.detail }
}

function accessDetail({ challenge }: Authorizer): string {
  if (!challenge) return 'the registry answers without credentials'
  return challenge.scheme === 'basic'
    ? 'the registry accepts the user and password'
    : `${challenge.realm} gives tokens that the registry accepts`
}

async function attempt(step: HandshakeStep['step'], work: () => Promise<string>): Promise<HandshakeStep> {
  try {
    return { step, status: 'ok', detail: await work() }
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code === 'ABORTED') throw error
    return { step, status: 'failed', detail: error.message, code: error.code }
  }
}
