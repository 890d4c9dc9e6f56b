import { AsyncLocalStorage } from 'node:async_hooks';
import { createLinkGuard, type LinkGuardOptions } from '@postern/http';
import express, { type Response as ExpressResponse } from 'express';
import { describe, expect, test } from 'vitest';
import { openAuth } from '../fixtures/auth-world.js';

const ada = 'ada@example.com';

/** Auth.js whose links a guard protects. The guard's page is at `/open`. */
const openGuarded = (options: Partial<LinkGuardOptions> = {}) =>
  openAuth(({ mailer, origin, app }) => {
    const keys = [{ id: '2026-11', secret: 'the secret of these tests, 32 or more' }];
    const linkGuard = createLinkGuard({ keys, url: `${origin}/open`, ...options });
    app.all(
      '/open',
      express.text({ type: () => true }),
      async ({ method, headers, originalUrl, body }, response) => {
        const request = new Request(origin + originalUrl, {
          ...{
            method,
            headers: { cookie: headers.cookie ?? '', 'content-type': headers['content-type'] ?? '' },
          },
          ...(method === 'POST' && { body }),
        });
        const page = await linkGuard.fetch(request);
        response
          .status(page.status)
          .set(Object.fromEntries(page.headers))
          .send(await page.text());
      },
    );
    const responses = new AsyncLocalStorage<ExpressResponse>();
    app.use('/auth', (_request, response, next) => responses.run(response, next));
    const setCookie = (cookie: string) => void responses.getStore()?.append('Set-Cookie', cookie);
    return { mailer, linkGuard, ...(options.binding && { setCookie }) };
  });

/** What a scanner does with a link. */
const METHODS = ['GET', 'HEAD', 'GET'] as const;

/** The URL that a page leads to. */
async function nextOn(page: Response): Promise<string> {
  const [, next = ''] = /content="0;url=([^"]+)"/.exec(await page.text()) ?? [];
  return next.replaceAll('&amp;', '&');
}

describe('a link with a guard', () => {
  test('is not used up by scanners, and reveals neither the token nor the address', async () => {
    const { browser, transport, origin } = await openGuarded();
    const person = browser({ 'accept-language': 'de' });
    await person.signIn(ada);
    const link = await transport.inbox.waitForLink(ada);
    expect(link).toMatch(new RegExp(`^${origin}/open\\?`));
    expect(transport.emails[0]?.text).not.toMatch(/callback|ada%40/);
    expect(transport.emails[0]?.text).toContain('Gültig für 1 Tag');

    const scanner = browser();
    for (const method of METHODS) expect((await scanner.open(link, { method })).status).toBe(200);
    expect(await scanner.user()).toBeUndefined();
    const pressed = await person.submit(link, {});
    expect(pressed.status).toBe(200);
    await person.open(await nextOn(pressed));
    expect(await person.user()).toBe(ada);
  });

  test('is not bound to a browser if the provider cannot set cookies', async () => {
    const { browser, transport } = await openAuth(({ mailer, origin }) => ({
      mailer,
      linkGuard: {
        async protect(_link, protection) {
          expect(protection.binding).toBe('none');
          return { link: `${origin}/open` };
        },
      },
    }));
    await browser().signIn(ada);
    expect(transport.emails).toHaveLength(1);
  });

  test('bound to a browser, is not used up by scanners that press buttons', async () => {
    const { browser, transport } = await openGuarded({ binding: 'browser' });
    const person = browser();
    await person.signIn(ada);
    const link = await transport.inbox.waitForLink(ada);

    const scanner = browser();
    expect((await scanner.open(link)).status).toBe(200);
    expect((await scanner.submit(link, {})).status).toBe(403);
    const pressed = await person.submit(link, {});
    expect(pressed.status).toBe(200);
    await person.open(await nextOn(pressed));
    expect(await person.user()).toBe(ada);
  });

  test('can come with a code, which works in the browser that asked', async () => {
    const { browser, transport } = await openGuarded({ binding: 'browser', codeInEmail: true });
    const person = browser();
    await person.signIn(ada);
    const { text } = await transport.inbox.waitForEmail(ada);
    const [code = ''] = /\b[A-Z0-9]{5}-[A-Z0-9]{5}\b/.exec(text) ?? [];
    expect((await browser().submit('/open', { code })).status).toBe(403);
    const entered = await person.submit('/open', { code });
    await person.open(await nextOn(entered));
    expect(await person.user()).toBe(ada);
  });
});
