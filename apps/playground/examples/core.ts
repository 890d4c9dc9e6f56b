import { readFile } from 'node:fs/promises';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';

const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const mailer = createMailer({ config, transport: createSmtpTransport(config) });

const receipt = await mailer.send({
  to: 'ada@example.com',
  type: 'SignIn',
  payload: { code: '482913', application: { name: 'Acme' } },
});
console.log(receipt.messageId);
await mailer.close();
