import { describe, expect, it } from 'vitest';
import { run } from '../fixtures/running-playground.js';
import type { Problem } from './wire/problem.js';
import type { SignInLink, SignInState, StartedSignIn, VerifiedSignIn } from './wire/sign-in.js';

const ADA = { to: 'Ada.Signs.In@example.com', type: 'SignIn' };

describe('signing in', () => {
  it('by the code that arrives', async () => {
    const { post, list } = await run();
    const started = await post<StartedSignIn>('/api/sign-in/start', { ...ADA, method: 'code' });
    expect(started).toMatchObject({
      status: 200,
      body: { state: { pending: { method: 'code' }, attemptsLeft: 5 } },
    });
    await expect.poll(() => list('?q=ada.signs.in')).toMatchObject([{ via: 'sign-in', type: 'SignIn' }]);
    const [{ code = '' } = {}] = await list('?q=ada.signs.in');
    const wrong = code === '000000' ? '000001' : '000000';
    const refused = await post<Problem>('/api/sign-in/check', { ...ADA, code: wrong });
    expect(refused).toMatchObject({ status: 400, body: { code: 'code_incorrect', attemptsLeft: 4 } });
    expect(refused.body.state).toMatchObject({ attemptsLeft: 4, pending: { method: 'code' } });
    const verified = await post<VerifiedSignIn>('/api/sign-in/check', { ...ADA, code });
    expect(verified).toMatchObject({ status: 200, body: { status: 'verified', to: ADA.to } });
    expect(verified.body.state).not.toHaveProperty('pending');
    const again = await post<Problem>('/api/sign-in/check', { ...ADA, code });
    expect(again).toMatchObject({ status: 400, body: { code: 'code_incorrect', attemptsLeft: 3 } });
  });

  it('names the address that the email goes to, however it was typed', async () => {
    const { post, list } = await run();
    const started = await post<StartedSignIn>('/api/sign-in/start', {
      to: ' "JOSE\u0301"@B\u00dcCHER.example',
      method: 'code',
    });
    expect(started).toMatchObject({ status: 200, body: { to: 'jos\u00e9@xn--bcher-kva.example' } });
    await expect.poll(() => list('?q=xn--bcher')).toMatchObject([{ via: 'sign-in', to: started.body.to }]);
  });

  it('by the link, which only a click uses up', async () => {
    const { post, list, email, url } = await run();
    await post('/api/sign-in/start', { ...ADA, method: 'link' });
    await expect.poll(() => list('?q=ada.signs.in')).toHaveLength(1);
    const [{ id = '' } = {}] = await list('?q=ada.signs.in');
    const { link = '' } = await email(id);
    expect(link).toMatch(new RegExp(`^${url}/#/sign-in/link/[\\w-]{43}$`));
    const token = link.split('/').at(-1);
    // A mail scanner opens it, as often as it likes.
    for (let opened = 0; opened < 3; opened += 1) await fetch(link);
    const peeked = await post<SignInLink>('/api/sign-in/link/peek', { token });
    expect(peeked).toMatchObject({ status: 200, body: { to: 'A***@example.com', type: 'SignIn' } });
    const confirmed = await post<VerifiedSignIn>('/api/sign-in/link/confirm', { token });
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'verified', to: ADA.to } });
    const again = await post<Problem>('/api/sign-in/link/confirm', { token });
    expect(again).toMatchObject({ status: 404, body: { code: 'link_not_found' } });
  });

  it('shows cooldown and lockout, until everything is forgotten', async () => {
    const { post, get, list } = await run();
    const state = () => get<SignInState>(`/api/sign-in?to=${ADA.to.toUpperCase()}`);
    expect(await state()).toMatchObject({ attemptsLeft: 5, policy: { cooldownMs: 15_000 } });
    await post('/api/sign-in/start', { ...ADA, method: 'code' });
    const cooling = await post<Problem>('/api/sign-in/start', { ...ADA, method: 'code' });
    expect(cooling).toMatchObject({
      status: 429,
      body: { code: 'cooldown', retryAfter: expect.any(Number) },
    });
    expect(cooling.headers.get('retry-after')).toBe(String(cooling.body.retryAfter));
    expect(cooling.body.state).toHaveProperty('resendAt');
    await expect.poll(() => list('?q=ada.signs.in')).toHaveLength(1);
    const [{ code = '' } = {}] = await list('?q=ada.signs.in');
    const wrong = code === '000000' ? '000001' : '000000';
    for (let left = 4; left >= 0; left -= 1) {
      const { body } = await post<Problem>('/api/sign-in/check', { ...ADA, code: wrong });
      expect(body.attemptsLeft).toBe(left);
    }
    const locked = await post<Problem>('/api/sign-in/check', { ...ADA, code });
    expect(locked).toMatchObject({ status: 429, body: { code: 'attempts_exhausted' } });
    expect(await state()).toMatchObject({ attemptsLeft: 0, lockedUntil: expect.any(String) });
    expect((await post('/api/sign-in/reset')).status).toBe(204);
    expect(await state()).toEqual({ attemptsLeft: 5, policy: expect.any(Object) });
    expect((await post('/api/sign-in/start', { ...ADA, method: 'code' })).status).toBe(200);
  });

  it('says what is wrong with an address', async () => {
    const { post } = await run();
    const { status, body } = await post<Problem>('/api/sign-in/start', { to: 'nobody', method: 'code' });
    expect([status, body.code]).toEqual([400, 'recipient_invalid']);
  });
});
