import { createTransport } from 'nodemailer';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const transport = createTransport(server);
await transport.sendMail({
  from: 'Example <noreply@example.com>',
  to: 'ada@example.com',
  subject: '482913 is your sign-in code',
  html: '<p>Your sign-in code is <b>482913</b>.</p>',
  text: 'Your sign-in code is 482913.',
});
process.stdout.write(JSON.stringify({ imported, accepted: now() }));

transport.close();
