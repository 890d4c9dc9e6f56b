import { describe, expect, it } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import type { Problem } from './wire/problem.js';
import type { ScannedLink, SignInPolicy, StartedSignIn, VerifiedSignIn } from './wire/sign-in.js';

const ADA = { to: 'Ada.Signs.In@example.com', type: 'SignIn' };

describe('signing in', () => {
  it('by the code in the email', async () => {
    const { post, list } = await run();
    const started = await post<StartedSignIn>('/api/sign-in/start', { ...ADA, method: 'code' });
    expect(started).toMatchObject({
      status: 200,
      body: { to: ADA.to, expiresAt: expect.any(String), resendAfter: 15 },
    });
    await expect.poll(() => list('?q=ada.signs.in')).toMatchObject([{ via: 'sign-in', type: 'SignIn' }]);
    const [{ code = '' } = {}] = await list('?q=ada.signs.in');
    const wrong = code === '000000' ? '000001' : '000000';
    const refused = await post<Problem>('/api/sign-in/check', { ...ADA, code: wrong });
    expect(refused).toMatchObject({ status: 400, body: { code: 'code_incorrect', attemptsLeft: 4 } });
    const verified = await post<VerifiedSignIn>('/api/sign-in/check', { ...ADA, code });
    expect(verified).toMatchObject({ status: 200, body: { status: 'verified', to: ADA.to } });
    const again = await post<Problem>('/api/sign-in/check', { ...ADA, code });
    expect(again).toMatchObject({ status: 400, body: { code: 'code_incorrect', attemptsLeft: 3 } });
  });

  it('returns the address in the spelling of the inbox', async () => {
    const { post, list } = await run();
    const started = await post<StartedSignIn>('/api/sign-in/start', {
      to: ' "JOSE\u0301"@B\u00dcCHER.example',
      method: 'code',
    });
    expect(started).toMatchObject({ status: 200, body: { to: 'jos\u00e9@xn--bcher-kva.example' } });
    await expect.poll(() => list('?q=xn--bcher')).toMatchObject([{ via: 'sign-in', to: started.body.to }]);
  });

  it('by the link, which only the browser that requested it can use', async () => {
    const { post, list, email, url } = await run();
    const started = await post('/api/sign-in/start', { ...ADA, method: 'link' });
    const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? '';
    await expect.poll(() => list('?q=ada.signs.in')).toHaveLength(1);
    const [{ id = '', code } = {}] = await list('?q=ada.signs.in');
    expect(code).toBeUndefined();
    const { link = '' } = await email(id);
    expect(link).toMatch(new RegExp(`^${url}/mail/open\\?token=`));
    const { body: scanned } = await post<ScannedLink>('/api/sign-in/scan', { link });
    expect(scanned.visits.map(({ method, status }) => `${method} ${status}`)).toEqual([
      ...['GET 200', 'HEAD 200', 'POST 403'],
    ]);
    const press = (address: string) =>
      fetch(address, { method: 'POST', headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    const own = (await press(link)).headers.get('location') ?? '';
    const confirmed = await press(own);
    expect([confirmed.status, confirmed.headers.get('location')]).toEqual([
      303,
      `/#/sign-in/as/${encodeURIComponent(ADA.to)}`,
    ]);
    expect((await press(own)).status).toBe(404);
  });

  it('scans only links of the playground, and its routes send no emails', async () => {
    const { post } = await run();
    expect((await post('/api/sign-in/scan', { link: 'http://127.0.0.1:1/mail/open?token=a' })).status).toBe(
      400,
    );
    expect((await post('/mail/links', { email: ADA.to })).status).toBe(403);
    expect((await post('/mail/messages', ADA)).status).toBe(401);
  });

  it('enforces cooldown and lockout until the limits are reset', async () => {
    const { post, get, list } = await run();
    expect(await get<SignInPolicy>('/api/sign-in/policy')).toMatchObject({
      cooldownMs: 15_000,
      codeLength: 6,
    });
    await post('/api/sign-in/start', { ...ADA, method: 'code' });
    const cooling = await post<Problem>('/api/sign-in/start', { ...ADA, method: 'code' });
    expect(cooling).toMatchObject({
      status: 429,
      body: { code: 'cooldown', retryAfter: expect.any(Number) },
    });
    expect(cooling.headers.get('retry-after')).toBe(String(cooling.body.retryAfter));
    await expect.poll(() => list('?q=ada.signs.in')).toHaveLength(1);
    const [{ code = '' } = {}] = await list('?q=ada.signs.in');
    const wrong = code === '000000' ? '000001' : '000000';
    for (let left = 4; left >= 0; left -= 1) {
      const { body } = await post<Problem>('/api/sign-in/check', { ...ADA, code: wrong });
      expect(body.attemptsLeft).toBe(left);
    }
    const locked = await post<Problem>('/api/sign-in/check', { ...ADA, code });
    expect(locked).toMatchObject({
      status: 429,
      body: { code: 'attempts_exhausted', retryAfter: expect.any(Number) },
    });
    expect((await post('/api/sign-in/reset')).status).toBe(204);
    expect((await post('/api/sign-in/start', { ...ADA, method: 'code' })).status).toBe(200);
  });

  it('rejects an address that is not valid', async () => {
    const { post } = await run();
    const { status, body } = await post<Problem>('/api/sign-in/start', {
      to: 'not an address',
      method: 'code',
    });
    expect([status, body.code]).toEqual([400, 'recipient_invalid']);
  });
});
