import { createMessage } from '@upyo/core';
import { SmtpTransport } from '@upyo/smtp';

const now = () => performance.timeOrigin + performance.now();
const imported = now();
const server = { host: '127.0.0.1', port: Number(process.argv[2]) };

const transport = new SmtpTransport({ ...server, secure: false });
const receipt = await transport.send(
  createMessage({
    from: 'Example <noreply@example.com>',
    to: 'ada@example.com',
    subject: '482913 is your sign-in code',
    content: {
      html: '<p>Your sign-in code is <b>482913</b>.</p>',
      text: 'Your sign-in code is 482913.',
    },
  }),
);
if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
process.stdout.write(JSON.stringify({ imported, accepted: now() }));

await transport.closeAllConnections();
