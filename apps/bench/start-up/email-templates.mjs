import Email from 'email-templates';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const email = new Email({
  message: { from: 'Example <noreply@example.com>' },
  transport: server,
  views: { root: `${import.meta.dirname}/views` },
  juice: false,
});
await email.send({ template: 'sign-in', message: { to: 'ada@example.com' }, locals: { code: '482913' } });
process.stdout.write(JSON.stringify({ imported, accepted: now() }));
