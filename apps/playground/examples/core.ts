import { readFile } from 'node:fs/promises';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createTransport } from '@postern/transport';

const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const mailer = createMailer({ config, transport: createTransport(config) });

const receipt = await mailer.send({
  to: 'ada@example.com',
  type: 'SignIn',
  payload: { code: '482913', application: { name: 'Acme' } },
});
console.log(receipt.messageId);
await mailer.close();
