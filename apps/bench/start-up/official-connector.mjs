import createConnector from '@logto/connector-smtp';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const connector = await createConnector({
  getConfig: async () => ({
    ...server,
    auth: {},
    fromEmail: 'Example <noreply@example.com>',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      usageType,
      contentType: 'text/html',
      subject: '{{code}} is your sign-in code',
      content: '<p>Your sign-in code is <b>{{code}}</b>.</p>',
    })),
  }),
});
await connector.sendMessage({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
process.stdout.write(JSON.stringify({ imported, accepted: now() }));
