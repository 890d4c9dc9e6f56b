import { env } from 'node:process';

const { MAIL_SECRET = '', MAIL_URL = 'http://127.0.0.1:3000' } = env;

const response = await fetch(`${MAIL_URL}/mail/messages`, {
  method: 'POST',
  headers: { Authorization: `Bearer ${MAIL_SECRET}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({
    to: 'ada@example.com',
    type: 'SignIn',
    payload: { code: '482913', application: { name: 'Acme' } },
  }),
});
console.log(response.status, await response.json());
