import { inspect } from 'node:util';
import { AUTHORIZED, type HttpHarnessFactory, openWorld, somebody } from './contract-world.js';
import { describe, expect, test } from './suite.js';

const inDigits = (code: string, zero: number) =>
  code.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** Tests that codes work and stay secret. */
export function describeCodes(factory: HttpHarnessFactory): void {
  describe('a code', () => {
    test('uses a guess if it is wrong, and works once', async () => {
      const world = await openWorld(factory);
      const email = somebody();
      const check = (verificationCode: string) =>
        world.post('/verification-codes/verify', { email, verificationCode });
      expect((await check('wrong')).json()).toMatchObject({
        ...{ status: 400, code: 'code_incorrect', attemptsLeft: 4 },
      });
      const started = await world.post('/verification-codes', { email });
      expect(started.headers.ratelimit).toBe('"cooldown";r=0;t=60');
      const wrong = await check('wrong');
      expect(wrong.json()).toMatchObject({ status: 400, code: 'code_incorrect', attemptsLeft: 3 });
      expect(wrong.headers.ratelimit).toBe('"guesses";r=3');
      const code = await world.trap.inbox.waitForCode(email);
      expect(
        (await world.post('/verification-codes/verify', { email, verificationCode: code, type: 'Register' }))
          .status,
      ).toBe(400);
      expect((await check(code)).status).toBe(204);
      expect((await check(code)).json()).toMatchObject({ status: 400, code: 'code_incorrect' });
    });

    test('from an earlier email is superseded, and does not use a guess', async () => {
      const world = await openWorld(factory, { policy: { cooldownMs: 0 } });
      const email = somebody();
      const check = async (verificationCode: string) =>
        (await world.post('/verification-codes/verify', { email, verificationCode })).json();
      const codes: string[] = [];
      for (let sent = 0; sent < 3; sent++) {
        await world.post('/verification-codes', { email });
        codes.push(await world.trap.inbox.waitForCode(email));
      }
      const [oldest = '', older = '', newest = ''] = codes;
      for (let tried = 0; tried < 3; tried++)
        for (const typed of [oldest, older])
          expect(await check(typed)).toMatchObject({ status: 400, code: 'code_superseded' });
      expect(await check('wrong')).toMatchObject({ code: 'code_incorrect', attemptsLeft: 4 });
      world.clock.time += 600_000;
      expect(await check(newest)).toMatchObject({ code: 'code_expired' });
      await world.post('/verification-codes', { email });
      const last = await world.trap.inbox.waitForCode(email);
      expect(await check(newest)).toMatchObject({ code: 'code_superseded' });
      await world.post('/verification-codes/verify', { email, verificationCode: last });
      expect(await check(older)).toMatchObject({ code: 'code_incorrect', attemptsLeft: 3 });
    });

    test.each([
      ['Arabic-Indic digits', (code: string) => inDigits(code, 0x660)],
      ['Persian digits', (code: string) => inDigits(code, 0x6f0)],
      ['Devanagari digits', (code: string) => inDigits(code, 0x966)],
      ['full-width digits', (code: string) => inDigits(code, 0xff10)],
      ['invisible characters', (code: string) => `\u2066${code}\u200b\u2069`],
      ['spaces, quotes and a line break', (code: string) => ` "${code.slice(0, 3)} ${code.slice(3)}"\n`],
    ])('is accepted with %s', async (_name, spell) => {
      const world = await openWorld(factory);
      const email = somebody();
      await world.post('/verification-codes', { email });
      const verificationCode = spell(await world.trap.inbox.waitForCode(email));
      expect((await world.post('/verification-codes/verify', { email, verificationCode })).status).toBe(204);
    });

    test('gets the same responses whether it was sent or not', async () => {
      const world = await openWorld(factory);
      const [known, unknown] = [somebody(), somebody()];
      await world.post('/verification-codes', { email: known });
      const ask = async (email: string) => {
        const answers = [];
        for (let n = 0; n < 6; n++)
          answers.push(await world.post('/verification-codes/verify', { email, verificationCode: 'wrong' }));
        return answers.map(({ status, headers: { date, ...headers }, text }) => ({
          ...{ status, headers, text },
        }));
      };
      expect(await ask(unknown)).toEqual(await ask(known));
    });

    test('has a limit per client across addresses', async () => {
      const world = await openWorld(factory, { policy: { checksPerIp: { limit: 3 } } });
      const check = () =>
        world.post('/verification-codes/verify', { email: somebody(), verificationCode: 'wrong' });
      for (let n = 0; n < 3; n++) expect((await check()).json()).toMatchObject({ code: 'code_incorrect' });
      const limited = await check();
      expect(limited.json()).toMatchObject({
        status: 429,
        code: 'rate_limited',
        scope: 'ip',
        retryAfter: 3600,
      });
      expect(limited.headers).toMatchObject({ 'retry-after': '3600', ratelimit: '"ip";r=0;t=3600' });
    });

    test('expires', async () => {
      const world = await openWorld(factory);
      const email = somebody();
      await world.post('/verification-codes', { email });
      world.clock.time += 600_000;
      const verificationCode = await world.trap.inbox.waitForCode(email);
      const answer = await world.post('/verification-codes/verify', { email, verificationCode });
      expect(answer.json()).toMatchObject({ status: 400, code: 'code_expired' });
    });

    test('is limited to the configured types', async () => {
      const world = await openWorld(factory, { verificationTypes: ['Register'] });
      const email = somebody();
      expect((await world.post('/verification-codes', { email, type: 'SignIn' })).json()).toMatchObject({
        errors: [{ pointer: '/type', detail: 'must be one of Register' }],
      });
      expect((await world.post('/verification-codes', { email })).status).toBe(204);
      expect(world.trap.inbox.for(email).messages).toHaveLength(1);
    });
  });

  test('no code, link, or token appears in logs or responses', async () => {
    const world = await openWorld(factory);
    const email = somebody();
    await world.post('/verification-codes', { email });
    const verificationCode = await world.trap.inbox.waitForCode(email);
    const answer = await world.post('/verification-codes/verify', { email, verificationCode });
    world.clock.time += 60_000;
    await world.post('/links', { email });
    const link = await world.linkTo(email);
    const answers = [
      answer,
      await world.send(link),
      await world.post(link, undefined, { 'Sec-Fetch-Site': 'cross-site' }),
      await world.post(link),
      await world.send(link, { headers: { Accept: 'text/html' } }),
      await world.authorized('/messages', { to: email, type: 'SignIn', payload: { code: '739164' } }),
      await world.authorized('/messages', {
        to: email,
        type: 'SignIn',
        payload: { code: ['739164'], x: { link } },
      }),
    ];
    const said = inspect([world.log, answers.map(({ headers, text }) => ({ headers, text }))], { depth: 20 });
    for (const secret of [
      verificationCode,
      link.replace('/links/', ''),
      '739164',
      AUTHORIZED.Authorization.slice(7),
    ])
      expect(said).not.toContain(secret);
  });
}
