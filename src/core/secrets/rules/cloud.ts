import { isExample } from '../plausible.ts'
import { type SecretRule, token } from '../rule.ts'

/** Clouds and what runs in them. */
export const cloud: readonly SecretRule[] = [
  token('aws-access-key', 'AWS access key id', ['AKIA', 'ASIA'], '[A-Z2-7]{16}'),
  {
    id: 'aws-secret-key',
    title: 'AWS secret access key',
    keywords: [
      'aws_secret_access_key',
      'AWS_SECRET_ACCESS_KEY',
      'aws_secret_key',
      'AWS_SECRET_KEY',
      'aws_session_token',
      'AWS_SESSION_TOKEN',
      'secretAccessKey',
      'SecretAccessKey',
      'secret_access_key',
    ],
    pattern:
      /[A-Za-z_]{14,22}["']?\s{0,8}(?:=>|[:=])\s{0,8}["']?(?<secret>[A-Za-z0-9/+]{40}|[A-Za-z0-9/+=]{100,1000})(?![A-Za-z0-9/+=])/dy,
    scope: 'everything',
  },
  {
    id: 'azure-storage-key',
    title: 'Azure storage account key',
    keywords: ['AccountKey='],
    pattern: /AccountKey=(?<secret>[A-Za-z0-9/+]{86}==)/dy,
    scope: 'everything',
    // The emulator's, the same for everybody.
    isSecret: ({ secret }) =>
      !secret.startsWith('Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsu') && !isExample(secret),
  },
  {
    id: 'azure-shared-access-key',
    title: 'Azure shared access key',
    keywords: ['SharedAccessKey='],
    pattern: /SharedAccessKey=(?<secret>[A-Za-z0-9/+]{43}=)/dy,
    scope: 'everything',
  },
  {
    id: 'azure-client-secret',
    title: 'Azure AD client secret',
    keywords: '0123456789'.split('').map((digit) => `${digit}Q~`),
    before: 3,
    pattern: /(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])/dy,
    scope: 'everything',
  },
  token('gcp-api-key', 'Google API key', ['AIza'], '[A-Za-z0-9_-]{35}', { scope: 'configuration' }),
  token('gcp-oauth-secret', 'Google OAuth client secret', ['GOCSPX-'], '[A-Za-z0-9_-]{28}'),
  token('digitalocean-token', 'DigitalOcean token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], '[0-9a-f]{64}'),
  token('heroku-token', 'Heroku API key', ['HRKU-'], '[A-Za-z0-9_-]{36,60}'),
  token('alibaba-access-key', 'Alibaba Cloud access key id', ['LTAI'], '[A-Za-z0-9]{17,21}'),
  token('vault-token', 'HashiCorp Vault token', ['hvs.', 'hvb.', 'hvr.'], '[A-Za-z0-9_-]{24,300}'),
  {
    id: 'terraform-token',
    title: 'Terraform Cloud token',
    keywords: ['.atlasv1.'],
    before: 14,
    pattern: /(?<![\w.-])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}(?![\w-])/dy,
    scope: 'everything',
  },
  token('pulumi-token', 'Pulumi token', ['pul-'], '[0-9a-f]{40}'),
  token('databricks-token', 'Databricks token', ['dapi'], '[0-9a-f]{32}(?:-[0-9])?'),
  token(
    'planetscale-token',
    'PlanetScale token',
    ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'],
    '[A-Za-z0-9_.-]{32,64}',
  ),
  token(
    'doppler-token',
    'Doppler token',
    ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'],
    '(?:[a-z0-9_-]{2,35}[.])?[A-Za-z0-9]{40,44}',
  ),
  token('fly-token', 'Fly.io token', ['fo1_', 'fm2_'], '[A-Za-z0-9+/]{43,1000}={0,2}'),
  token('tailscale-key', 'Tailscale key', ['tskey-'], '[a-z]{3,10}-[A-Za-z0-9]{8,20}(?:CNTRL)?-[A-Za-z0-9]{20,40}'),
  token('supabase-token', 'Supabase token', ['sbp_'], '[0-9a-f]{40}'),
  token('netlify-token', 'Netlify token', ['nfp_'], '[A-Za-z0-9]{36}'),
]
