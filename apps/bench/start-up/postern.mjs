import { createMailer, parseConnectorConfig } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const config = parseConnectorConfig({
  ...server,
  auth: {},
  fromEmail: 'Example <noreply@example.com>',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/html',
    subject: '{{code}} is your sign-in code',
    content: '<p>Your sign-in code is <b>{{code}}</b>.</p>',
  })),
});
const mailer = createMailer({ config, transport: createSmtpTransport(config) });
await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
process.stdout.write(JSON.stringify({ imported, accepted: now() }));

await mailer.close();
