import { createLinkGuard } from '@postern/http';
import { expect, test } from 'vitest';
import { AUTH_SYSTEMS } from '../fixtures/auth-systems.js';
import { LINK_CALLS } from '../fixtures/link-calls.js';
import { openWorld } from '../fixtures/webhook-world.js';

test.each(AUTH_SYSTEMS.map((system) => [system.name, system] as const))(
  '%s: a protected link leads a person to the original, but not a scanner',
  async (name, system) => {
    const call = LINK_CALLS[name] ?? system.call();
    const linkIn = async (options: Parameters<typeof openWorld>[1]) => {
      const { post, transport } = openWorld(system, options);
      expect((await post(call)).status).toBe(204);
      return transport.emails[0]?.text.split('|')[1] ?? '';
    };
    const original = await linkIn({});
    const clock = { now: () => Date.parse('2026-11-28T12:01:00Z') };
    const keys = [{ id: '2026-11', secret: 's'.repeat(32) }];
    const origins = [new URL(original).origin];
    const guard = createLinkGuard({ keys, url: 'https://app.example.com/open', origins, clock });
    const link = await linkIn({ linkGuard: guard });
    expect(new URL(link).origin).toBe('https://app.example.com');

    const open = (method: string) =>
      guard.fetch(new Request(link, { method, headers: { 'Sec-Fetch-Site': 'same-origin' } }));
    const host = new URL(original).host;
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = await open(method);
      expect(page.status).toBe(200);
      expect(`${await page.text()}${JSON.stringify([...page.headers])}`).not.toContain(host);
    }
    expect(await (await open('POST')).text()).toContain(original.replaceAll('&', '&amp;'));
  },
);
