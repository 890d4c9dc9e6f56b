/** Calls of auth systems to webhooks, with the code 305805, as the systems make them. */
import { createHmac, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

interface WebhookCall {
  /** The variable that the server of the guide reads. */
  readonly variable: string;
  readonly secret: string;
  readonly body: object;
  authenticate(body: string): Record<string, string>;
}

const BASE64 = Buffer.from('the secret of the tests').toString('base64');
const now = () => Math.floor(Date.now() / 1000);

const standard = (prefix: string) => (body: string) => {
  const id = `msg_${randomUUID()}`;
  return {
    ...{ [`${prefix}-id`]: id, [`${prefix}-timestamp`]: String(now()) },
    [`${prefix}-signature`]: new Webhook(`whsec_${BASE64}`).sign(id, new Date(now() * 1000), body),
  };
};

/** The placeholder in the config of the Kratos guide. */
const TOKEN = 'replace-with-your-secret';
const to = 'ada@example.com';

export const WEBHOOK_CALLS: Readonly<Record<string, WebhookCall>> = {
  supabase: {
    ...{ variable: 'SEND_EMAIL_HOOK_SECRET', secret: `v1,whsec_${BASE64}` },
    body: {
      user: { email: to, user_metadata: { locale: 'de' } },
      email_data: {
        ...{ email_action_type: 'magiclink', token: '305805', token_hash: 'pkce_7d5b7b', token_hash_new: '' },
        ...{ redirect_to: 'https://app.example.com/', site_url: 'https://project.supabase.co' },
      },
    },
    authenticate: standard('webhook'),
  },
  kratos: {
    ...{ variable: 'KRATOS_SECRET', secret: TOKEN },
    body: {
      ...{ recipient: to, template_type: 'login_code_valid' },
      template_data: { to, login_code: '305805', expires_in_minutes: 15 },
      request_headers: { 'Accept-Language': ['de-CH,de;q=0.9'] },
    },
    authenticate: () => ({ Authorization: `Bearer ${TOKEN}` }),
  },
  zitadel: {
    ...{ variable: 'ZITADEL_SIGNING_KEY', secret: TOKEN },
    body: {
      contextInfo: { eventType: 'session.otp.email.challenged', recipientEmailAddress: to },
      templateData: { url: 'https://id.example.com/otp?code=305805' },
      args: { code: '305805', oTP: '305805', expiry: 300_000_000_000 },
    },
    authenticate(body) {
      const time = now();
      const signature = createHmac('sha256', TOKEN).update(`${time}.${body}`).digest('hex');
      return { 'ZITADEL-Signature': `t=${time},v1=${signature}` };
    },
  },
  clerk: {
    ...{ variable: 'CLERK_WEBHOOK_SIGNING_SECRET', secret: `whsec_${BASE64}` },
    body: {
      type: 'email.created',
      data: {
        ...{ slug: 'verification_code', to_email_address: to, delivered_by_clerk: false },
        data: { otp_code: '305805' },
      },
    },
    authenticate: standard('svix'),
  },
  logto: {
    ...{ variable: 'API_SECRET', secret: TOKEN },
    body: { to, type: 'SignIn', payload: { code: '305805', locale: 'de' } },
    authenticate: () => ({ Authorization: `Bearer ${TOKEN}` }),
  },
};
