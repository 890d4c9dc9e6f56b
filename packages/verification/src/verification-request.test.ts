import '@postern/testing/vitest';
import { expect, test } from 'vitest';
import { ADA, openDesk } from '../fixtures/desk.js';

test('a request that is not valid is rejected with a MailError without its values', async () => {
  const { verification, code, requests } = openDesk();
  await expect(code({ to: 'a@example.com, b@example.com' })).rejects.toBeMailError('recipient_invalid');
  for (const request of [
    { ip: 42 },
    { ip: Symbol('hidden') },
    { waitUntil: 'hidden' },
    { method: 'hidden' },
    { type: '' },
    { redirectTo: 42 },
    { deliver: 'hidden' },
    { payload: { hidden: () => {} } },
  ]) {
    await expect(code(request)).rejects.toBeMailError('payload_invalid');
    await expect(code(request)).rejects.not.toThrow(/is not valid.*hidden$/);
  }
  for (const wrongCode of ['', '1'.repeat(1000), 123456, null, { toString: () => '1' }]) {
    await expect(verification.check({ ...ADA, code: wrongCode as string })).rejects.toBeMailError(
      'payload_invalid',
    );
  }
  await expect(verification.peekLink(undefined as unknown as string)).rejects.toBeMailError(
    'payload_invalid',
  );
  expect(requests).toEqual([]);
});
