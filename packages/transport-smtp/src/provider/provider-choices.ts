/** A provider for a form, with its connection settings. */
export interface ProviderChoice {
  /** A stable ID, such as `gmail`. */
  readonly id: string;
  readonly name: string;
  /** The default host first, then the hosts of other regions. Empty if users enter their own host. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** The username: the same for everyone (`always`), the address of the sender, or specific to the account (`own`). */
  readonly user: { readonly always: string } | 'sender' | 'own';
}

/**
 * Providers for a form. The last one, `other`, is for any other server. All of them comply with {@link providerRules}.
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
