import { type ApiProvider, apiProviders } from '@postern/core';
import { startApiTrap } from '@postern/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openForm, submitForm } from '../fixtures/logto-console.js';
import { inspectConfig } from './connector-config.js';
import { DEFAULT_TEMPLATES } from './default-templates.js';
import createConnector from './index.js';
import { readProviderForm } from './provider-form.js';
import { closeTransports } from './send-message.js';

const { metadata, configGuard, sendMessage } = await createConnector({ getConfig: async () => ({}) });
const items = metadata.formItems ?? [];
const providers: readonly ApiProvider[] = apiProviders;
const mail = { fromEmail: 'Example <noreply@example.com>', templates: DEFAULT_TEMPLATES };

let trap: Awaited<ReturnType<typeof startApiTrap>>;
beforeAll(async () => {
  trap = await startApiTrap();
});
afterAll(async () => {
  await closeTransports();
  await trap.close();
});

/** The config that the console sends for a new connector with these values. */
const submitted = (values: object) =>
  submitForm(items, { ...openForm(items), fromEmail: mail.fromEmail, ...values });

test.each(providers)('the form of $title saves a valid config', ({ name, keys }) => {
  const shown = items.filter(({ showConditions }) =>
    showConditions?.some(({ expectValue }) => expectValue === name),
  );
  expect(shown.map(({ description }) => description?.toLowerCase())).toEqual(
    keys.filter(({ expert }) => !expert).map(({ find }) => `${find.toLowerCase()}.`),
  );
  const values = Object.fromEntries(
    shown.map((item, index) => [
      item.key,
      keys[index]?.choices?.[0] ?? keys[index]?.example ?? `value-${index}`,
    ]),
  );
  const config = submitted({ provider: name, ...values });
  expect(configGuard.safeParse(config).error).toBeUndefined();
  expect(inspectConfig(config).config?.provider).toMatchObject({ name });
  // A missing value is reported, not saved.
  const issues = configGuard.safeParse(submitted({ provider: name })).error?.issues ?? [];
  expect(issues.map(({ path }) => path[0])).toContain('provider');
});

test('sends through the API, and through the next provider of a list', async () => {
  const entry = { name: 'resend', apiKey: 're_test', baseUrl: trap.url };
  const send = (config: object) =>
    sendMessage({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } } as never, {
      ...mail,
      ...config,
    });
  await send({ provider: entry });
  const list = JSON.stringify([{ ...entry, baseUrl: 'http://127.0.0.1:1' }, entry]);
  await send(submitted({ provider: 'failover', providers: list }));
  expect(trap.inbox.for('ada@example.com').messages).toHaveLength(2);
  const refused = trap.fault({ kind: 'unauthorized' });
  onTestFinished(trap.clearFaults);
  await expect(send({ provider: entry })).rejects.toMatchObject({
    data: { code: 'auth_failed', hint: expect.stringContaining('https://resend.com/api-keys') },
  });
  expect(refused.fired).toBe(1);
});

test('SMTP in the form ignores the values of hidden items', () => {
  const server = { host: 'smtp.example.com', port: 587 };
  expect(readProviderForm({ ...server, provider: 'smtp', resendApiKey: 're_x', providers: [] })).toEqual(
    server,
  );
});
