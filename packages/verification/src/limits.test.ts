import { describe, expect, test } from 'vitest';
import { ADA, MINUTE, openDesk } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';

describe('windows', () => {
  test('per address apply to all types together, and end', async () => {
    const { clock, code } = openDesk();
    for (const type of ['SignIn', 'Register', 'SignIn', 'Register', 'SignIn']) {
      await code({ type });
      clock.time += MINUTE;
    }
    await expect(code({ type: 'Register' })).rejects.toEqual(
      failure('rate_limited', { scope: 'address', retryAfter: 55 * 60 }),
    );
    clock.time += 55 * MINUTE;
    await code();
  });

  test('per IP apply to all addresses together, and an IPv6 client counts as its /64', async () => {
    const { code } = openDesk({ policy: { perIp: { limit: 2 } } });
    const limited = failure('rate_limited', { scope: 'ip', retryAfter: 3600 });
    await code({ to: 'a@example.com', ip: '192.0.2.1' });
    await code({ to: 'b@example.com', ip: '::ffff:192.0.2.1' });
    await expect(code({ to: 'c@example.com', ip: '192.0.2.1' })).rejects.toEqual(limited);

    await code({ to: 'd@example.com', ip: '2001:db8::1' });
    await code({ to: 'e@example.com', ip: '2001:DB8:0:0:ffff::2' });
    await expect(code({ to: 'f@example.com', ip: '2001:db8:0:0:1:2:3:4%eth0' })).rejects.toEqual(limited);
    await code({ to: 'f@example.com', ip: '2001:db8:0:1::1' });
  });

  test('are the same with deliver: false, except for the email', async () => {
    const { verification, clock, transport, code } = openDesk();
    const answers = async (request: { to: string; deliver?: boolean }) => {
      const seen: unknown[] = [];
      const note = (call: Promise<object>) =>
        call.then(
          (value) => seen.push(Object.keys(value)),
          (error: object) => seen.push({ ...error }),
        );
      await note(code(request));
      await note(code(request));
      for (let n = 0; n < 6; n++) await note(verification.check({ ...ADA, to: request.to, code: '12' }));
      return seen;
    };
    const known = await answers({ to: 'known@example.com' });
    const unknown = await answers({ to: 'unknown@example.com', deliver: false });
    expect(unknown).toEqual(known);
    expect(known).toContainEqual({ name: 'VerificationError', code: 'attempts_exhausted', retryAfter: 3600 });
    expect(transport.emails.map(({ to }) => to)).toEqual(['known@example.com']);
    for (let n = 0; n < 5; n++) {
      clock.time += MINUTE;
      await code({ to: 'third@example.com', deliver: false });
    }
    clock.time += MINUTE;
    await expect(code({ to: 'third@example.com' })).rejects.toEqual(
      failure('rate_limited', { scope: 'address' }),
    );
  });
});
