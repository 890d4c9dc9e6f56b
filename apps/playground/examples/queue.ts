import { readFile } from 'node:fs/promises';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createMailQueue } from '@postern/queue';
import { createTransport } from '@postern/transport';

const { DATABASE_URL, QUEUE_SECRET = '' } = process.env;
const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const mailer = createMailer({ config, transport: createTransport(config) });

const queue = await createMailQueue({
  mailer,
  // Without PostgreSQL, one process can use an embedded database.
  connection: DATABASE_URL ? { url: DATABASE_URL } : { pglite: './mail' },
  keys: [{ id: '2026-11', secret: QUEUE_SECRET }],
});
await queue.start();

const email = await mailer.render({
  to: 'ada@example.com',
  type: 'SignIn',
  payload: { code: '482913', application: { name: 'Acme' } },
});
const { id } = await queue.enqueue(email);
console.log(id);
