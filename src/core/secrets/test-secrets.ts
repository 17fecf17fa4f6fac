import { crc32 } from 'node:zlib'

/* Secrets for tests, put together when they run: nothing here is one, or looks like one to those who search this repository. */

const hex = '0123456789abcdef'
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = upper.toLowerCase()
const digits = '0123456789'
const alphanumeric = upper + lower + digits

/** A word in two parts, which is none in this file. */
export const joined = (one: string, other: string): string => one + other

/** Characters that look random and are the same in every run (xorshift32). */
export function randomText(length: number, alphabet = alphanumeric, seed = 1): string {
  let state = 0x9e3779b9 ^ (seed * 0x85ebca6b)
  let text = ''
  while (text.length < length) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    text += alphabet[(state >>> 0) % alphabet.length]!
  }
  return text
}

const base62 = digits + upper + lower

export function withChecksum(prefix: string): string {
  const random = randomText(30)
  let rest = crc32(random)
  let checksum = ''
  for (let place = 0; place < 6; place++, rest = Math.floor(rest / 62)) checksum = base62[rest % 62]! + checksum
  return prefix + random + checksum
}

/** A PKCS #8 key by its first bytes, and nothing that a cipher could use. */
export function privateKeyPem(label = 'PRIVATE KEY', length = 300): string {
  const rest = Buffer.from(randomText(length), 'latin1')
  const body = Buffer.concat([Buffer.from([0x30, 0x82, (length + 3) >> 8, (length + 3) & 255, 2, 1, 0]), rest])
  return armour(label, body.toString('base64').replace(/.{64}/g, '$&\n'))
}

export function armour(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body.trim()}\n-----END ${label}-----\n`
}

interface Planted {
  readonly path: string
  readonly text: string
  readonly secret: string
}

function inText(secret: string, { path = 'srv/app/config.yml', before = 'value: ', after = '\n' } = {}): Planted {
  return { path, text: `# settings\n${before}${secret}${after}`, secret }
}

function uuid(): string {
  return [8, 4, 4, 4, 12].map((length) => randomText(length, hex)).join('-')
}

function jsonWebToken(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [part({ alg: 'HS256', typ: 'JWT' }), part({ sub: 'reporting', exp: 1 }), randomText(43)].join('.')
}

/** One or more of each rule, in a place where it is found. */
export const planted: Readonly<Record<string, readonly Planted[]>> = {
  'gcp-service-account': [serviceAccount()],
  'private-key': [
    inText(privateKeyPem().trim(), { path: 'root/.ssh/id_rsa', before: '' }),
    inText(armour('RSA PRIVATE KEY', Buffer.from(randomText(150)).toString('base64')).trim(), {
      path: 'etc/tls.key',
      before: '',
    }),
    inText(
      privateKeyPem('EC PRIVATE KEY')
        .trim()
        .replaceAll('\n', String.raw`\n`),
      { path: 'srv/.env', before: 'TLS="', after: '"' },
    ),
  ].map((each, index) => (index === 2 ? each : { ...each, text: `${each.secret}\n` })),
  'putty-key': [putty()],
  'age-key': [inText(`${joined('AGE-SECRET-', 'KEY-1')}${randomText(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`)],
  'aws-access-key': [
    inText(`${joined('AK', 'IA')}${randomText(16, `${upper}234567`)}`),
    inText(`${joined('AS', 'IA')}${randomText(16, upper)}`),
  ],
  'aws-secret-key': [inText(randomText(40), { before: 'aws_secret_access_key = ' })],
  'azure-storage-key': [inText(`${randomText(86)}==`, { before: 'AccountName=a;AccountKey=', after: ';' })],
  'azure-shared-access-key': [inText(`${randomText(43)}=`, { before: 'SharedAccessKey=' })],
  'azure-client-secret': [inText(`${randomText(3)}${joined('8', 'Q~')}${randomText(32)}`)],
  'gcp-api-key': [inText(`${joined('AI', 'za')}${randomText(35)}`)],
  'gcp-oauth-secret': [inText(`${joined('GOC', 'SPX-')}${randomText(28)}`)],
  'digitalocean-token': [inText(`${joined('dop_', 'v1_')}${randomText(64, hex)}`)],
  'heroku-token': [inText(`${joined('HR', 'KU-')}${randomText(40)}`)],
  'alibaba-access-key': [inText(`${joined('LT', 'AI')}${randomText(20)}`)],
  'vault-token': [inText(`${joined('hv', 's.')}${randomText(90)}`)],
  'terraform-token': [inText(`${randomText(14)}${joined('.atlas', 'v1.')}${randomText(67)}`)],
  'pulumi-token': [inText(`${joined('pu', 'l-')}${randomText(40, hex)}`)],
  'databricks-token': [inText(`${joined('da', 'pi')}${randomText(32, hex)}`)],
  'planetscale-token': [inText(`${joined('pscale_', 'tkn_')}${randomText(43)}`)],
  'doppler-token': [inText(`${joined('dp.', 'pt.')}${randomText(43)}`)],
  'fly-token': [inText(`${joined('fo', '1_')}${randomText(43)}`)],
  'tailscale-key': [inText(`${joined('ts', 'key-')}auth-${randomText(12)}CNTRL-${randomText(32)}`)],
  'supabase-token': [inText(`${joined('sb', 'p_')}${randomText(40, hex)}`)],
  'netlify-token': [inText(`${joined('nf', 'p_')}${randomText(36)}`)],
  'github-token': [inText(withChecksum(joined('gh', 'p_'))), inText(`${joined('gh', 'o_')}${randomText(36)}`)],
  'github-fine-grained-token': [inText(`${joined('github_', 'pat_')}${randomText(22)}_${randomText(59)}`)],
  'gitlab-token': [inText(`${joined('gl', 'pat-')}${randomText(20)}`)],
  'bitbucket-password': [inText(`${joined('AT', 'BB')}${randomText(32)}`)],
  'atlassian-token': [inText(`${joined('ATA', 'TT3')}${randomText(186)}`)],
  'npm-token': [inText(withChecksum(joined('np', 'm_')))],
  'pypi-token': [inText(`${joined('pypi-', 'AgEIcHlwaS5vcmc')}${randomText(150)}`)],
  'rubygems-key': [inText(`${joined('ruby', 'gems_')}${randomText(48, hex)}`)],
  'nuget-key': [inText(`${joined('oy', '2')}${randomText(43, lower + digits)}`)],
  'clojars-token': [inText(`${joined('CLO', 'JARS_')}${randomText(60, lower + digits)}`)],
  'docker-token': [inText(`${joined('dckr_', 'pat_')}${randomText(27)}`)],
  'artifactory-key': [inText(`${joined('AK', 'Cp')}${randomText(69)}`)],
  'circleci-token': [inText(`${joined('CCI', 'PAT_')}${randomText(22)}_${randomText(40, hex)}`)],
  'buildkite-token': [inText(`${joined('bk', 'ua_')}${randomText(40, hex)}`)],
  'sonarqube-token': [inText(`${joined('sq', 'p_')}${randomText(40, hex)}`)],
  'sentry-token': [inText(`${joined('sn', 'trys_')}${randomText(120)}`)],
  'grafana-token': [inText(`${joined('gl', 'sa_')}${randomText(32)}_${randomText(8, hex)}`)],
  'grafana-cloud-token': [inText(`${joined('gl', 'c_')}${randomText(160)}`)],
  'new-relic-key': [inText(`${joined('NR', 'AK-')}${randomText(27, upper + digits)}`)],
  'dynatrace-token': [inText(`${joined('dt0', 'c01.')}${randomText(24, upper)}.${randomText(64, upper + digits)}`)],
  'postman-key': [inText(`${joined('PM', 'AK-')}${randomText(24, hex)}-${randomText(34, hex)}`)],
  'linear-key': [inText(`${joined('lin_', 'api_')}${randomText(40)}`)],
  'notion-token': [inText(`${joined('nt', 'n_')}${randomText(46)}`)],
  'figma-token': [inText(`${joined('fi', 'gd_')}${randomText(43)}`)],
  'slack-token': [
    inText(`${joined('xo', 'xb-')}${randomText(12, digits)}-${randomText(12, digits)}-${randomText(24)}`),
  ],
  'slack-app-token': [
    inText(`${joined('xa', 'pp-')}1-A${randomText(10, upper)}-${randomText(13, digits)}-${randomText(64, hex)}`),
  ],
  'slack-webhook': [
    inText(`T${randomText(9, upper)}/B${randomText(9, upper)}/${randomText(24)}`, {
      before: 'url: https://hooks.slack.com/services/',
    }),
  ],
  'discord-webhook': [
    inText(`${randomText(18, digits)}/${randomText(68)}`, { before: 'https://discord.com/api/webhooks/' }),
  ],
  'teams-webhook': [
    inText(`${uuid()}@${uuid()}/IncomingWebhook/${randomText(32, hex)}/${uuid()}`, {
      before: 'url: https://shop.webhook.office.com/webhookb2/',
    }),
  ],
  'telegram-token': [inText(`${randomText(10, '123456789')}${joined(':A', 'A')}${randomText(33)}`)],
  'sendgrid-key': [inText(`${joined('S', 'G.')}${randomText(22)}.${randomText(43)}`)],
  'mailgun-key': [inText(`${joined('ke', 'y-')}${randomText(32, hex)}`)],
  'mailchimp-key': [inText(`${randomText(32, hex)}${joined('-u', 's12')}`)],
  'brevo-key': [inText(`${joined('xkey', 'sib-')}${randomText(64, hex)}-${randomText(16)}`)],
  'twilio-key': [inText(`${joined('S', 'K')}${randomText(32, hex)}`)],
  'stripe-key': [
    inText(`${joined('sk_', 'live_')}${randomText(24)}`),
    inText(`${joined('rk_', 'live_')}${randomText(99)}`),
  ],
  'stripe-webhook-secret': [inText(`${joined('wh', 'sec_')}${randomText(32)}`)],
  'square-token': [inText(`${joined('sq0', 'atp-')}${randomText(22)}`)],
  'square-access-token': [inText(`${joined('EA', 'AA')}${randomText(60)}`)],
  'shopify-token': [inText(`${joined('shp', 'at_')}${randomText(32, hex)}`)],
  'braintree-token': [
    inText(`${joined('access_token$', 'production$')}${randomText(16, lower)}$${randomText(32, hex)}`),
  ],
  'razorpay-key': [inText(`${joined('rzp_', 'live_')}${randomText(14)}`)],
  'openai-key': [inText(`${joined('sk-', 'proj-')}${randomText(40)}${joined('T3Bl', 'bkFJ')}${randomText(40)}`)],
  'anthropic-key': [inText(`${joined('sk-', 'ant-')}api03-${randomText(93)}AA`)],
  'openrouter-key': [inText(`${joined('sk-', 'or-v1-')}${randomText(64, hex)}`)],
  'hugging-face-token': [inText(`${joined('h', 'f_')}${randomText(34, upper + lower)}`)],
  'groq-key': [inText(`${joined('gs', 'k_')}${randomText(52)}`)],
  'replicate-token': [inText(`${joined('r', '8_')}${randomText(37)}`)],
  'xai-key': [inText(`${joined('xa', 'i-')}${randomText(80)}`)],
  'airtable-token': [inText(`${joined('pa', 't')}${randomText(14)}.${randomText(64, hex)}`)],
  'mapbox-token': [inText(`${joined('sk.', 'eyJ')}${randomText(80)}.${randomText(22)}`)],
  'onepassword-token': [inText(`${joined('ops_', 'eyJ')}${randomText(400)}`)],
  'npm-credentials': [inText(randomText(30), { path: 'root/.npmrc', before: '//npm.example.com/:_authToken=' })],
  'yarn-credentials': [inText(randomText(30), { path: 'srv/.yarnrc.yml', before: 'npmAuthToken: ' })],
  'pypi-credentials': [inText('hunter2', { path: 'root/.pypirc', before: 'password = ' })],
  netrc: [inText('hunter2', { path: 'root/.netrc', before: 'machine git.example.com login me password ' })],
  pgpass: [inText('hunter2', { path: 'root/.pgpass', before: 'db.example.com:5432:*:shop:' })],
  'mysql-password': [inText('hunter2', { path: 'root/.my.cnf', before: '[client]\npassword=' })],
  'aws-credentials': [inText(randomText(30), { path: 'root/.aws/credentials', before: 'aws_secret_access_key = ' })],
  'docker-credentials': [
    inText(Buffer.from('me:hunter2').toString('base64'), {
      path: 'root/.docker/config.json',
      before: '{"auths":{"r":{"auth":"',
      after: '"}}}',
    }),
  ],
  'kubernetes-credentials': [inText(randomText(64), { path: 'root/.kube/config', before: '    client-key-data: ' })],
  'kubernetes-token': [
    { path: 'var/run/secrets/kubernetes.io/serviceaccount/token', text: jsonWebToken(), secret: jsonWebToken() },
  ],
  'maven-credentials': [
    inText('hunter2', { path: 'root/.m2/settings.xml', before: '<password>', after: '</password>' }),
  ],
  'gem-credentials': [inText(randomText(48, hex), { path: 'root/.gem/credentials', before: ':rubygems_api_key: ' })],
  'cargo-token': [inText(randomText(35), { path: 'root/.cargo/credentials.toml', before: 'token = "', after: '"' })],
  'composer-credentials': [
    inText(randomText(40, hex), {
      path: 'root/.composer/auth.json',
      before: '{"github-oauth":{"github.com":"',
      after: '"}}',
    }),
  ],
  'terraform-credentials': [inText(randomText(40), { path: 'root/.terraformrc', before: 'token = "', after: '"' })],
  'vault-token-file': [{ path: 'root/.vault-token', text: `s.${randomText(24)}`, secret: `s.${randomText(24)}` }],
  'rails-master-key': [{ path: 'srv/app/config/master.key', text: randomText(32, hex), secret: randomText(32, hex) }],
  'json-web-token': [inText(jsonWebToken())],
  'password-in-url': [
    inText('s3cr3t', {
      before: 'DATABASE_URL=postgres://shop:',
      after: '@db.internal:5432/shop\n',
      path: 'srv/app/.env',
    }),
    inText('s3cr3t', { before: 'https://me:', after: '@git.internal\n', path: 'root/.git-credentials' }),
  ],
  'authorization-header': [inText(randomText(40), { before: 'Authorization: Bearer ' })],
  'password-for-chpasswd': [inText('s3cr3t', { path: 'srv/start.sh', before: 'echo "root:', after: '" | chpasswd\n' })],
  'password-in-command': [
    inText('s3cr3t', { path: 'srv/start.sh', before: 'curl -fsS -u me:', after: ' https://files.internal/\n' }),
  ],
  'password-element': [inText('s3cr3t', { path: 'srv/conf/server.xml', before: '<password>', after: '</password>' })],
  'defined-secret': [
    inText('s3cr3t', { path: 'srv/wp-config.php', before: "define( 'DB_PASSWORD', '", after: "' );" }),
  ],
  'secret-in-configuration': [
    inText('s3cr3t', { before: 'spring.datasource.password=', path: 'srv/app/application.properties' }),
    inText('s3cr3t', { before: '  dbPassword: "', after: '"\n' }),
    inText(randomText(32), { before: 'export API_TOKEN=', path: 'srv/run.sh' }),
  ],
}

function serviceAccount(): Planted {
  const secret = privateKeyPem()
    .trim()
    .replaceAll('\n', String.raw`\n`)
  const text = `{"type": "service_account", "private_key": "${secret}", "client_email": "a@b.iam"}`
  return { path: 'srv/key.json', text, secret }
}

function putty(): Planted {
  const secret = `${randomText(64)}\n${randomText(64)}\n`
  const head = `${joined('PuTTY-User-', 'Key-File')}-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 1\n${randomText(64)}\n`
  return {
    path: 'root/me.ppk',
    text: `${head}Private-Lines: 2\n${secret}Private-MAC: ${randomText(64, hex)}\n`,
    secret,
  }
}
