import { ConfigError } from '@postern/core';
import { expect, test } from 'vitest';
import { openGuardBrowser } from '../../fixtures/guard-browser.js';
import { createLinkGuard } from '../index.js';
import { createLinkProtector, type LinkProtectorOptions } from '../link-protector.js';

const keys = [{ id: '2026-11', secret: 's'.repeat(32) }] as const;
const url = 'https://app.example.com/open';
const expiresAt = new Date(Date.now() + 60_000);

test('a guard with the same keys and URL opens the links of a protector', async () => {
  const { protect } = createLinkProtector({ keys, url, origins: ['https://auth.example.com'] });
  const target = 'https://auth.example.com/invitations/1?a=1&b=2';
  const { link, ...rest } = await protect(target, { expiresAt, to: 'ada@example.com' });
  expect(rest).toEqual({});
  const visit = await openGuardBrowser(createLinkGuard({ keys, url })).press(link);
  expect(visit).toMatchObject({ status: 200, next: target });
  const stranger = createLinkGuard({ keys: [{ id: 'other', secret: 'o'.repeat(32) }], url });
  expect(await openGuardBrowser(stranger).press(link)).toMatchObject({ status: 404, next: undefined });
});

test('a protector refuses links of other origins', async () => {
  const { protect } = createLinkProtector({ keys, url });
  await expect(protect('https://auth.example.com/invitations/1', { expiresAt })).rejects.toMatchObject({
    code: 'payload_invalid',
    hint: expect.stringContaining('origins'),
  });
});

test.each<[problem: string, options: object]>([
  ['keys: must be a list of keys', { url }],
  ['url: is required', { keys }],
  ['keys[0].secret: must have 32 characters', { keys: [{ id: 'a', secret: 'too-short' }], url }],
  ['url: must be an https URL without a query', { keys, url: `${url}?a=1` }],
  ['origins[0]: must be an https origin', { keys, url, origins: [url] }],
  ['linkBrand: unknown option', { keys, url, linkBrand: { name: 'Acme' } }],
])('options that are not valid throw a ConfigError: %s', (problem, options) => {
  // A caller without types.
  const create = () => createLinkProtector(options as LinkProtectorOptions);
  expect(create).toThrow(ConfigError);
  expect(create).toThrow(problem);
  expect(create).not.toThrow(/too-short/);
});
