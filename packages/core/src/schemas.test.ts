import { expect, test } from 'vitest';
import { z } from 'zod';
import { sendRequestSchema, templateSchema } from './index.js';

const template = { usageType: 'SignIn', contentType: 'text/plain', subject: 's', content: 'c' };
const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };

test('the schemas can be nested', () => {
  const input = { request, templates: [template] };
  const job = z.object({ request: sendRequestSchema, templates: z.array(templateSchema) });
  expect(job.parse(input)).toEqual(input);
});

test('the schemas can be extended', () => {
  const noted = { note: 'n' };
  const shape = { note: z.string() };
  expect(templateSchema.extend(shape).parse({ ...template, ...noted })).toEqual({ ...template, ...noted });
  expect(sendRequestSchema.extend(shape).parse({ ...request, ...noted })).toEqual({ ...request, ...noted });
  const paths = sendRequestSchema
    .extend(shape)
    .safeParse(request)
    .error?.issues.map(({ path }) => path);
  expect(paths).toEqual([['note']]);
});

test('keys of the schemas can be picked and omitted', () => {
  expect(templateSchema.pick({ subject: true }).parse(template)).toEqual({ subject: 's' });
  expect(templateSchema.omit({ subject: true }).safeParse({ ...template, subject: 5 }).success).toBe(true);
  expect(sendRequestSchema.pick({ to: true }).parse(request)).toEqual({ to: request.to });
  expect(sendRequestSchema.omit({ to: true }).safeParse({ ...request, to: 5 }).success).toBe(true);
});
