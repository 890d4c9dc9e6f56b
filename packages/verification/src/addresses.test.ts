import { describe, expect, test } from 'vitest';
import { ADA, openDesk } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';

describe('addresses', () => {
  test('are equal in every spelling, and the email goes to the form that is counted', async () => {
    const { verification, requests, lastCode, code } = openDesk();
    await code({ to: 'Ada.Lovelace@BÜCHER.example' });
    expect(requests[0]?.to).toBe('Ada.Lovelace@xn--bcher-kva.example');
    await expect(code({ to: '"ada.lovelace"@xn--bcher-kva.example' })).rejects.toEqual(failure('cooldown'));
    await expect(
      verification.check({ ...ADA, to: 'ada.lovelace@bücher.example', code: lastCode() }),
    ).resolves.toMatchObject({ to: 'Ada.Lovelace@xn--bcher-kva.example' });
  });

  test.each([
    ['composed and decomposed letters', 'jos\u00e9@example.com', 'jose\u0301@example.com'],
    ['letter case outside ASCII', 'élodie@example.com', 'Élodie@example.com'],
    ['quotes that are not needed', 'ada@example.com', '"ada"@example.com'],
    ['a display name', 'ada@example.com', 'Ada <ada@example.com>'],
  ])('share one mailbox and one cooldown: %s', async (_, one, other) => {
    const { requests, code } = openDesk({ policy: { cooldownMs: 0 } });
    await code({ to: one });
    await code({ to: other });
    expect(requests.map(({ to }) => to)).toEqual([one, one]);

    const { code: slow } = openDesk();
    await slow({ to: one });
    await expect(slow({ to: other })).rejects.toEqual(failure('cooldown'));
  });

  test.each([
    ['a one dot leader', 'ada\u2024lovelace@example.com'],
    ['a Kelvin sign', '\u212Aim@example.com'],
    ['a ligature', 'ﬁn@example.com'],
    ['a full-width letter', 'ａda@example.com'],
  ])('that look like another one are rejected: %s', async (_, to) => {
    const { verification, requests, code, link } = openDesk();
    for (const attempt of [
      code({ to }),
      link({ to }),
      verification.check({ ...ADA, to, code: '123456' }),
      verification.cancel({ to, type: 'SignIn' }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'recipient_invalid' });
    expect(requests).toEqual([]);
  });
});
