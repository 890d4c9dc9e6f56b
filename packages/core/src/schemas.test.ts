import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  connectorConfigSchema,
  sendRequestSchema,
  smtpAuthSchema,
  smtpConfigSchema,
  templateSchema,
} from './index.js';

const template = { usageType: 'SignIn', contentType: 'text/plain', subject: 's', content: 'c' };
const server = { host: 'smtp.example.com', port: 587 };
const config = { ...server, fromEmail: 'noreply@example.com', templates: [template] };
const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };

test('the schemas can be nested', () => {
  const input = { request, templates: [template], auth: { type: 'login', user: 'ada', pass: 'secret' } };
  const job = z.object({
    request: sendRequestSchema,
    templates: z.array(templateSchema),
    auth: smtpAuthSchema,
    server: smtpConfigSchema,
    config: connectorConfigSchema,
  });
  expect(job.parse({ ...input, server, config })).toMatchObject({ ...input, server, config });
});

test('the schemas can be extended', () => {
  const noted = { note: 'n' };
  const shape = { note: z.string() };
  expect(templateSchema.extend(shape).parse({ ...template, ...noted })).toEqual({ ...template, ...noted });
  expect(sendRequestSchema.extend(shape).parse({ ...request, ...noted })).toEqual({ ...request, ...noted });
  expect(smtpConfigSchema.extend(shape).parse({ ...server, ...noted })).toMatchObject(noted);
  expect(connectorConfigSchema.extend(shape).parse({ ...config, ...noted })).toMatchObject(noted);
  const paths = sendRequestSchema
    .extend(shape)
    .safeParse(request)
    .error?.issues.map(({ path }) => path);
  expect(paths).toEqual([['note']]);
});

test('keys of the schemas can be picked and omitted', () => {
  expect(templateSchema.pick({ subject: true }).parse(template)).toEqual({ subject: 's' });
  expect(templateSchema.omit({ subject: true }).safeParse({ ...template, subject: 5 }).success).toBe(true);
  expect(smtpConfigSchema.pick({ host: true }).parse(server)).toEqual({ host: server.host });
  expect(connectorConfigSchema.pick({ fromEmail: true }).parse(config)).toEqual({
    fromEmail: config.fromEmail,
  });
  expect(connectorConfigSchema.omit({ templates: true }).safeParse(server).error?.issues).toHaveLength(1);
  expect(sendRequestSchema.pick({ to: true }).parse(request)).toEqual({ to: request.to });
  expect(sendRequestSchema.omit({ to: true }).safeParse({ ...request, to: 5 }).success).toBe(true);
});
