/** A provider to choose in a form, with what its users would otherwise look up. */
export interface ProviderChoice {
  /** Stable, such as `gmail`. */
  readonly id: string;
  readonly name: string;
  /** The first is the one to begin with; the others are of other regions. Without any, people know their own. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** The user name: the same word for everyone, the address of the sender, or one's own. */
  readonly user: { readonly always: string } | 'sender' | 'own';
}

/**
 * Providers to choose from, and at the end `other` for a server of one's own. Each of them obeys {@link providerRules}, where
 * the sources of the facts are.
 */
export const providerChoices: readonly ProviderChoice[] = [
  {
    id: 'gmail',
    name: 'Gmail or Google Workspace',
    hosts: ['smtp.gmail.com'],
    port: 465,
    user: 'sender',
  },
  {
    id: 'sendgrid',
    name: 'SendGrid',
    hosts: ['smtp.sendgrid.net', 'smtp.eu.sendgrid.net'],
    port: 587,
    user: { always: 'apikey' },
  },
  {
    id: 'aliyun',
    name: 'Aliyun DirectMail',
    hosts: [
      'smtpdm.aliyun.com',
      'smtpdm-ap-southeast-1.aliyuncs.com',
      'smtpdm-us-east-1.aliyuncs.com',
      'smtpdm-eu-central-1.aliyuncs.com',
    ],
    port: 465,
    user: 'sender',
  },
  {
    id: 'ses',
    name: 'Amazon SES',
    hosts: ['email-smtp.us-east-1.amazonaws.com', 'email-smtp.eu-central-1.amazonaws.com'],
    port: 587,
    user: 'own',
  },
  {
    id: 'mailgun',
    name: 'Mailgun',
    hosts: ['smtp.mailgun.org', 'smtp.eu.mailgun.org'],
    port: 587,
    user: 'own',
  },
  { id: 'postmark', name: 'Postmark', hosts: ['smtp.postmarkapp.com'], port: 587, user: 'own' },
  { id: 'resend', name: 'Resend', hosts: ['smtp.resend.com'], port: 465, user: { always: 'resend' } },
  { id: 'brevo', name: 'Brevo', hosts: ['smtp-relay.brevo.com'], port: 587, user: 'own' },
  { id: 'microsoft365', name: 'Microsoft 365', hosts: ['smtp.office365.com'], port: 587, user: 'sender' },
  {
    id: 'zoho',
    name: 'Zoho Mail',
    hosts: ['smtp.zoho.com', 'smtppro.zoho.com', 'smtp.zoho.eu', 'smtppro.zoho.eu'],
    port: 465,
    user: 'sender',
  },
  { id: 'mailjet', name: 'Mailjet', hosts: ['in-v3.mailjet.com'], port: 587, user: 'own' },
  { id: 'exmail', name: 'Tencent Exmail', hosts: ['smtp.exmail.qq.com'], port: 465, user: 'sender' },
  { id: 'qq', name: 'QQ Mail', hosts: ['smtp.qq.com'], port: 465, user: 'sender' },
  { id: 'other', name: 'Another SMTP server', hosts: [], port: 587, user: 'own' },
];
