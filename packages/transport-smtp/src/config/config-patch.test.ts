import { expect, it } from 'vitest';
import { applyConfigPatch } from '../index.js';

it('replaces, adds, merges, and removes keys without changing the input', () => {
  const config = { host: 'a', port: 25, name: 'x', auth: { user: 'ada', pass: 'secret' } };
  const patch = { port: 465, secure: true, name: null, auth: { user: 'apikey' } };
  expect(applyConfigPatch(config, patch)).toEqual({
    host: 'a',
    port: 465,
    secure: true,
    auth: { user: 'apikey', pass: 'secret' },
  });
  expect(config).toEqual({ host: 'a', port: 25, name: 'x', auth: { user: 'ada', pass: 'secret' } });
});
