import { createHmac } from 'node:crypto';

/** A call that asks a webhook to send the code 305805 to `ada@example.com`. */
interface WebhookCall {
  /** The `secret` option of the webhook. */
  readonly secret: string;
  /** JSON that a parser cannot restore, because it drops spaces and escapes. */
  readonly body: string;
  authenticate(body: string): Record<string, string>;
}

const TOKEN = 'the-secret-of-the-tests';

const toBody = (call: object) => JSON.stringify(call, null, 2).replace('Ada', '\\u0041da');

/** A config whose mailer sends the emails of {@link WEBHOOK_CALLS}. */
export const WEBHOOK_CONFIG = {
  fromEmail: 'noreply@example.com',
  templates: [
    { usageType: 'SignIn', contentType: 'text/plain' as const, subject: 'Your code', content: '{{code}}' },
  ],
};

/** Calls with a signature and with a secret in a header, to check that an adapter mounts webhooks correctly. */
export const WEBHOOK_CALLS = {
  supabase: {
    secret: `v1,whsec_${Buffer.from(TOKEN).toString('base64')}`,
    body: toBody({
      user: { email: 'ada@example.com', user_metadata: { name: 'Ada' } },
      email_data: { email_action_type: 'magiclink', token: '305805' },
    }),
    authenticate(body) {
      const time = Math.floor(Date.now() / 1000);
      const signature = createHmac('sha256', TOKEN).update(`msg_1.${time}.${body}`).digest('base64');
      return {
        ...{ 'webhook-id': 'msg_1', 'webhook-timestamp': String(time) },
        'webhook-signature': `v1,${signature}`,
      };
    },
  },
  kratos: {
    secret: TOKEN,
    body: toBody({
      ...{ recipient: 'ada@example.com', template_type: 'login_code_valid' },
      template_data: { login_code: '305805', identity: { traits: { name: 'Ada' } } },
    }),
    authenticate: () => ({ Authorization: `Bearer ${TOKEN}` }),
  },
} as const satisfies Readonly<Record<string, WebhookCall>>;
