const template = (usageType: string, locale?: string) => ({
  usageType,
  ...(locale !== undefined && { locale }),
  contentType: 'text/html',
  subject: `{{code}} ${usageType}${locale === undefined ? '' : ` ${locale}`}`,
  content: '<p>Your code is <b>{{code}}</b>.</p>',
});

/** A config for a server on this machine. It requires `SMTP_PASS`. */
export const sampleConfig = (keys: Record<string, unknown> = {}) => ({
  host: '127.0.0.1',
  port: 2525,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable reference
  auth: { user: 'postern', pass: '${SMTP_PASS}' },
  fromEmail: 'Example <noreply@example.com>',
  templates: [
    ...['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((type) => template(type)),
    template('SignIn', 'de'),
  ],
  ...keys,
});
