import { Controller } from '@nestjs/common';
import { createMemoryTransport } from '@postern/testing';
import { expect, onTestFinished, test } from 'vitest';
import { createApp, PLATFORMS } from '../fixtures/platform-harness.js';
import {
  createLinkGuard,
  getLinkGuardToken,
  LinkGuardService,
  MailController,
  MailModule,
  type MailModuleOptions,
} from './index.js';

const ORIGIN = 'https://app.example.com';
const keys = [{ id: 'test', secret: 's'.repeat(32) }] as const;
const expiresAt = new Date(Date.now() + 60_000);

@Controller('mail')
class AuthMail extends MailController {}

const optionsWith = (more: Partial<MailModuleOptions> = {}): MailModuleOptions => ({
  config: { fromEmail: 'noreply@example.com', templates: [] },
  transport: createMemoryTransport(),
  http: { authorize: () => false },
  ...more,
});

test.each(PLATFORMS)('%s serves the page of the guard that protects links', async (_platform, adapter) => {
  const linkGuard = createLinkGuard({ keys, url: `${ORIGIN}/mail/open` });
  const imports = [
    MailModule.forRootAsync({ useFactory: () => optionsWith({ linkGuard }) }),
    MailModule.forRoot({ ...optionsWith(), name: 'marketing' }),
  ];
  const app = await createApp({ imports, controllers: [AuthMail] }, adapter());
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');

  const { link } = await app.get(LinkGuardService).protect(`${ORIGIN}/verify`, { expiresAt });
  const url = link.replace(ORIGIN, await app.getUrl());
  const headers = { Connection: 'close' };
  expect(await (await fetch(url, { headers })).text()).toContain('Press the button to continue.');
  const pressed = await fetch(url, { method: 'POST', headers, redirect: 'manual' });
  expect(pressed.status).toBe(200);
  expect(await pressed.text()).toContain(`content="0;url=${ORIGIN}/verify"`);

  const guard = app.get(LinkGuardService);
  const { browser, setCookie } = await guard.bindBrowser(null);
  const bound = await guard.protect(`${ORIGIN}/verify`, { expiresAt, browser });
  const pageFor = async (Cookie: string) => {
    const page = await fetch(bound.link.replace(ORIGIN, await app.getUrl()), {
      headers: { ...headers, Cookie },
    });
    return page.text();
  };
  expect(await pageFor(setCookie.split(';')[0] ?? '')).toContain('<button>');
  expect(await pageFor('')).not.toContain('<button>');

  const marketing: LinkGuardService = app.get(getLinkGuardToken('marketing'));
  await expect(marketing.protect(link, { expiresAt })).rejects.toThrow('linkGuard: is required');
  await expect(marketing.bindBrowser()).rejects.toThrow('linkGuard: is required');
});
