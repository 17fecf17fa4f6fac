import { type SecretRule, token } from '../rule.ts'

/** Messaging, payment and other services. */
export const services: readonly SecretRule[] = [
  token(
    'slack-token',
    'Slack token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-'],
    String.raw`\d{8,13}-[A-Za-z0-9-]{20,200}`,
  ),
  token('slack-app-token', 'Slack app token', ['xapp-'], String.raw`\d-[A-Z0-9]{8,13}-\d{8,15}-[0-9a-f]{32,80}`),
  {
    id: 'slack-webhook',
    title: 'Slack webhook',
    keywords: ['hooks.slack.com/'],
    pattern:
      /hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[A-Z][A-Z0-9]{7,12}\/[A-Z0-9]{8,13}\/[A-Za-z0-9]{20,50})(?:\/[A-Za-z0-9]{20,50})?(?![A-Za-z0-9])/dy,
    scope: 'everything',
  },
  {
    id: 'discord-webhook',
    title: 'Discord webhook',
    keywords: ['/api/webhooks/'],
    pattern: /(?<=discord(?:app)?\.com)\/api\/webhooks\/(?<secret>\d{17,20}\/[A-Za-z0-9_-]{60,80})(?![\w-])/dy,
    scope: 'everything',
  },
  {
    id: 'teams-webhook',
    title: 'Microsoft Teams webhook',
    keywords: ['.webhook.office.com/webhookb2/'],
    pattern:
      /\.webhook\.office\.com\/webhookb2\/(?<secret>[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[0-9a-f]{32}\/[0-9a-f-]{36})/dy,
    scope: 'everything',
  },
  {
    id: 'telegram-token',
    title: 'Telegram bot token',
    keywords: [':AA'],
    before: 10,
    pattern: /(?<=(?:^|[^\d])\d{0,2})(?<secret>\d{8,10}:AA[A-Za-z0-9_-]{32,33})(?![\w-])/dy,
    scope: 'everything',
  },
  token('sendgrid-key', 'SendGrid API key', ['SG.'], '[A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{43}'),
  token('mailgun-key', 'Mailgun API key', ['key-'], '[0-9a-f]{32}', { scope: 'configuration' }),
  {
    id: 'mailchimp-key',
    title: 'Mailchimp API key',
    keywords: ['-us'],
    before: 32,
    pattern: /(?<![A-Za-z0-9])[0-9a-f]{32}-us\d{1,2}(?![A-Za-z0-9])/dy,
    scope: 'configuration',
  },
  token('brevo-key', 'Brevo API key', ['xkeysib-', 'xsmtpsib-'], '[0-9a-f]{64}-[A-Za-z0-9]{16}'),
  token(
    'twilio-key',
    'Twilio API key',
    '0123456789abcdef'.split('').map((digit) => `SK${digit}`),
    '[0-9a-f]{31}',
    { scope: 'configuration' },
  ),
  token('stripe-key', 'Stripe secret key', ['sk_live_', 'rk_live_'], '[A-Za-z0-9]{20,247}'),
  token('stripe-webhook-secret', 'Stripe webhook secret', ['whsec_'], '[A-Za-z0-9+/=]{32,64}', {
    scope: 'configuration',
  }),
  token('square-token', 'Square token', ['sq0atp-', 'sq0csp-'], '[A-Za-z0-9_-]{22,43}'),
  token('square-access-token', 'Square access token', ['EAAA'], '[A-Za-z0-9_-]{60}', { scope: 'configuration' }),
  token('shopify-token', 'Shopify token', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], '[A-Fa-f0-9]{32}'),
  token('braintree-token', 'Braintree access token', ['access_token$production$'], '[0-9a-z]{16}[$][0-9a-f]{32}'),
  token('razorpay-key', 'Razorpay key', ['rzp_live_'], '[A-Za-z0-9]{14}', { scope: 'configuration' }),
  {
    id: 'openai-key',
    title: 'OpenAI API key',
    // Every key has it in the middle; `sk-` stands in every second word.
    keywords: ['T3BlbkFJ'],
    pattern: /(?<=(?<![A-Za-z0-9_])(?<head>sk-[A-Za-z0-9_-]{20,90}))T3BlbkFJ[A-Za-z0-9_-]{20,74}(?![A-Za-z0-9_-])/dy,
    scope: 'everything',
  },
  token('anthropic-key', 'Anthropic API key', ['sk-ant-'], String.raw`[a-z]{3,8}\d\d-[A-Za-z0-9_-]{80,120}`),
  token('openrouter-key', 'OpenRouter API key', ['sk-or-v1-'], '[0-9a-f]{64}'),
  token('hugging-face-token', 'Hugging Face token', ['hf_'], '[A-Za-z]{34}'),
  token('groq-key', 'Groq API key', ['gsk_'], '[A-Za-z0-9]{52}'),
  token('replicate-token', 'Replicate token', ['r8_'], '[A-Za-z0-9]{37,40}'),
  token('xai-key', 'xAI API key', ['xai-'], '[A-Za-z0-9]{80}'),
  token('airtable-token', 'Airtable token', ['pat'], '[A-Za-z0-9]{14}[.][0-9a-f]{64}', { scope: 'configuration' }),
  {
    id: 'mapbox-token',
    title: 'Mapbox secret token',
    keywords: ['sk.eyJ'],
    pattern: /(?<![\w.])sk\.eyJ[A-Za-z0-9_-]{40,200}\.[A-Za-z0-9_-]{20,30}(?![\w-])/dy,
    scope: 'everything',
  },
  token('onepassword-token', '1Password service account token', ['ops_eyJ'], '[A-Za-z0-9+/]{200,2000}={0,2}'),
]
