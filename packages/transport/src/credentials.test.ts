import { type ApiProvider, apiProviders, ConfigError, inspectConnectorConfig } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { createApiTransport } from './api-transports.js';

const providers: readonly ApiProvider[] = apiProviders;

/** Text that would change the URL, the host, or the header fields of a request. */
const HOSTILE = [
  ...[
    '..',
    '.',
    '../x',
    'a/../b',
    'a/b',
    '/',
    'a\\b',
    'a?b',
    'a#b',
    '%2e%2e',
    'a%2fb',
    'a:b@c.example',
    'a@b/c',
  ],
  ...['a b', 'a\tb', 'a\nb', 'a\r\nX-Injected: 1', 'a\u0000b', 'a\u2028b', 'schlüssel', 'пример', ''],
  ...[
    'http://example.com/token',
    '//example.com',
    'javascript:alert(1)',
    'https://a@example.com',
    'https://a\nb.example',
  ],
];

/** The keys that become part of a URL. */
const IN_URL = ['region', 'domain', 'tenantId', 'sender', 'accountId', 'tokenUrl'];

describe.each(providers)('$name', ({ name, keys }) => {
  const valid = Object.fromEntries(
    keys.map(({ key, type, choices, example }) => [
      key,
      type === 'boolean'
        ? true
        : type === 'url'
          ? 'https://a.example/'
          : (choices?.[0] ?? example ?? 'value'),
    ]),
  );

  const acceptsConfig = (credentials: object) =>
    inspectConnectorConfig({
      provider: { name, ...credentials },
      fromEmail: 'a@example.com',
      templates: [],
    }).issues.every(({ path }) => path[0] !== 'provider');

  async function acceptsFunction(credentials: object): Promise<boolean> {
    try {
      await (await createApiTransport(name as never, credentials as never, {})).close();
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return false;
    }
  }

  test.each(keys)('the config and the function accept the same values of $key', async ({ key, type }) => {
    expect([acceptsConfig(valid), await acceptsFunction(valid)]).toEqual([true, true]);
    const values = type === 'boolean' ? ['maybe', 'no line\n'] : HOSTILE;
    for (const value of values) {
      // The config ignores an empty value, and spaces around a value.
      if (value === '') continue;
      const credentials = { ...valid, [key]: value };
      const accepted = await acceptsFunction(credentials);
      expect(acceptsConfig(credentials), JSON.stringify(value)).toBe(accepted);
      if (IN_URL.includes(key)) expect(accepted, JSON.stringify(value)).toBe(false);
    }
  });
});
