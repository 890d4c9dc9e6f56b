import { inspect } from 'node:util';
import { createVerification, memoryStore, VerificationError } from '@postern/verification';
import express from 'express';
import { expect, test } from 'vitest';
import { openAuth } from '../fixtures/auth-world.js';

const ada = 'ada@example.com';
const keys = [{ id: '2026-11', secret: 'the secret of these tests, 32 or more' }] as const;
const wrong = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 1) % 10));

/** Auth.js with codes, and the route of the application that checks them. */
const openCodes = (redirectOrigins?: string[]) =>
  openAuth(({ mailer, origin, app }) => {
    const verification = createVerification({
      ...{ mailer, store: memoryStore(), keys },
      policy: { redirectOrigins: redirectOrigins ?? [origin] },
    });
    app.post('/code', express.urlencoded(), async ({ body, ip }, response) => {
      try {
        const person = { to: body.email, type: 'SignIn', code: body.code, ip } as const;
        response.redirect(303, (await verification.check(person)).redirectTo ?? '/');
      } catch (error) {
        if (!(error instanceof VerificationError)) throw error;
        response.status(400).send(error.code);
      }
    });
    return { verification, clientAddress: (request) => request.headers.get('x-real-ip') ?? '203.0.113.1' };
  });

test('a person signs in with a code, and the email contains no link of Auth.js', async () => {
  const { browser, transport, errors, origin } = await openCodes();
  const person = browser({ 'accept-language': 'de', 'x-real-ip': '203.0.113.7' });
  await person.signIn('Ada@Example.com');
  const email = await transport.inbox.waitForEmail(ada);
  expect(email).toMatchObject({ type: 'SignIn', locale: 'de' });
  expect(email.text).toContain('10 Minuten');
  expect(email.text).toContain('203.0.113.7');
  expect(inspect(email, { depth: 9 })).not.toContain('/auth/');

  const code = await transport.inbox.waitForCode(ada);
  const checked = await person.submit('/code', { email: ada, code });
  expect(checked.status).toBe(303);
  const signedIn = await person.open(checked.headers.get('location') ?? '');
  expect(signedIn.headers.get('location')).toBe(`${origin}/inbox`);
  expect(await person.user()).toBe(ada);
  expect(await (await person.submit('/code', { email: ada, code })).text()).toBe('code_incorrect');
  expect(errors).toEqual([]);
});

test('guesses are limited, and Auth.js does not accept the code', async () => {
  const { browser, transport } = await openCodes();
  const person = browser();
  await person.signIn(ada);
  const code = await transport.inbox.waitForCode(ada);

  const direct = await person.open(
    `/auth/callback/email?${new URLSearchParams({ email: ada, token: code })}`,
  );
  expect(direct.headers.get('location')).toContain('error=Verification');
  const answers: string[] = [];
  for (let guess = 0; guess < 6; guess++)
    answers.push(await (await person.submit('/code', { email: ada, code: wrong(code) })).text());
  expect(answers).toEqual([...Array<string>(5).fill('code_incorrect'), 'attempts_exhausted']);
  expect(await (await person.submit('/code', { email: ada, code })).text()).toBe('attempts_exhausted');
  expect(await person.user()).toBeUndefined();
});

test('a person who requests codes too often sees it on the sign-in page', async () => {
  const { browser, transport, errors } = await openCodes();
  const person = browser();
  await person.signIn(ada);
  const again = await person.signIn(ada);
  expect(again.headers.get('location')).toMatch(/\/auth\/signin\?error=Configuration&code=cooldown$/);
  expect(transport.emails).toHaveLength(1);
  expect(errors).toHaveLength(1);
  expect(inspect(errors, { depth: 9 })).not.toMatch(/token=|ada@/);
});

test('without the origin in the policy, the log names the option', async () => {
  const { browser, errors } = await openCodes([]);
  const failed = await browser().signIn(ada);
  expect(failed.headers.get('location')).toContain('code=email_not_sent');
  expect(errors[0]?.message).toContain('policy.redirectOrigins');
});

test('the response is the same for an address that does not get a code', async () => {
  const sendings: Promise<void>[] = [];
  const { browser, transport } = await openAuth(({ mailer, origin }) => ({
    verification: createVerification({
      ...{ mailer, store: memoryStore(), keys, policy: { redirectOrigins: [origin] } },
    }),
    clientAddress: () => '203.0.113.1',
    deliver: (address) => address === ada,
    waitUntil: (sending) => void sendings.push(sending),
  }));
  const known = await browser().signIn(ada);
  const unknown = await browser().signIn('eve@example.com');
  await Promise.all(sendings);
  expect(unknown.headers.get('location')).toBe(known.headers.get('location'));
  expect(transport.emails.map(({ to }) => to)).toEqual([ada]);
});
