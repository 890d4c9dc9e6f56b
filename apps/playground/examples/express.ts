import { readFile } from 'node:fs/promises';
import { bearerToken, createMailRouter } from '@postern/adapter-express';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createTransport } from '@postern/transport';
import express from 'express';

const { MAIL_SECRET = '', PORT = '3000' } = process.env;
const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const mailer = createMailer({ config, transport: createTransport(config) });

const app = express();
app.use('/mail', createMailRouter({ mailer, authorize: bearerToken(MAIL_SECRET) }));
app.listen(Number(PORT));
