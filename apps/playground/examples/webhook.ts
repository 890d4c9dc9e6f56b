import { readFile } from 'node:fs/promises';
import { createRequestHandler } from '@postern/adapter-express';
import { createSupabaseWebhook } from '@postern/adapter-webhooks';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createTransport } from '@postern/transport';
import express from 'express';

const { HOOK_SECRET = '', PORT = '3000' } = process.env;
const json = JSON.parse(await readFile('connector.json', 'utf8'));
const config = parseConnectorConfig(json, { variables: process.env });
const mailer = createMailer({ config, transport: createTransport(config) });
const webhook = createSupabaseWebhook({ mailer, secret: HOOK_SECRET });

const app = express();
// In Supabase, enter this URL under Authentication → Hooks → Send Email.
app.post('/webhooks/supabase', createRequestHandler(webhook));
app.listen(Number(PORT));
