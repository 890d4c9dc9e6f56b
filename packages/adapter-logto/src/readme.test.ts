import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { inspectConfig } from './connector-config.js';
import createConnector from './index.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The configs of the README and their headings. */
const configs = [...readme.matchAll(/^```json\n(?<json>.*?)^```$/gms)].map(
  ({ index, groups }): [string, string] => [
    [...readme.slice(0, index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '',
    groups?.json ?? '',
  ],
);

let guard: ZodType;
let keys: string[];
beforeAll(async () => {
  const { configGuard, metadata } = await createConnector({ getConfig: async () => ({}) });
  guard = configGuard;
  // The form itself describes the keys of each provider.
  const items = metadata.formItems?.filter(
    ({ key, showConditions }) => !showConditions || key === 'providers',
  );
  keys = items?.map(({ key }) => key) ?? [];
});

test('there is a guide for each provider', () => {
  expect(configs.map(([heading]) => heading)).toEqual([
    'Gmail with an app password',
    'Gmail with OAuth2',
    'Microsoft 365',
    'SendGrid',
    'Aliyun DirectMail',
    'Any other server',
  ]);
});

describe('the config of the guide to', () => {
  test.each(configs)('%s passes the guard without issues', (_heading, json) => {
    const config: unknown = JSON.parse(json);
    expect(guard.safeParse(config).error?.issues).toBeUndefined();
    expect(inspectConfig(config).issues).toEqual([]);
  });
});

test('the table lists every key of the form', () => {
  const table = [...readme.matchAll(/^\| `(?<key>\w+)`/gm)].map(({ groups }) => groups?.key);
  expect(table).toEqual(expect.arrayContaining(keys));
});
