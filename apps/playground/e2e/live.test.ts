import type { Page, Route } from 'playwright-core';
import { describe, expect, onTestFinished } from 'vitest';
import type { RunningConfig } from '../src/wire/config.ts';
import type { DeliveryList } from '../src/wire/delivery.ts';
import type { EmailList } from '../src/wire/inbox.ts';
import { deliver } from './fixtures/deliver.ts';
import { startPlayground } from './fixtures/playground.ts';
import { test } from './fixtures/test.ts';
import { openWatchedPage } from './fixtures/watched-page.ts';

const filter = (page: Page, label: string) =>
  page.getByRole('group', { name: 'Filter deliveries' }).getByRole('button', { name: label });

/** Holds the next response to the page until the test releases it. Later responses pass. */
async function holdNext(page: Page, url: RegExp | string) {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const handle = async (route: Route) => {
    await page.unroute(url, handle);
    const response = await route.fetch();
    held.resolve();
    await released.promise;
    // The page may have aborted the request.
    await route.fulfill({ response }).catch(() => {});
  };
  await page.route(url, handle);
  return { held: held.promise, release: released.resolve };
}

describe('a live view', () => {
  test('counts deliveries that change during a request', async ({ page, playground }) => {
    const sent = async () => (await playground.call<DeliveryList>('/deliveries')).states.sent;
    await page.goto('/#/deliveries');
    await filter(page, 'All').waitFor();
    const before = await sent();
    const { held, release } = await holdNext(page, /\/api\/deliveries\?/);
    await playground.call('/deliveries', { body: { count: 5, type: 'Generic' } });
    await held;
    await expect.poll(sent).toBe(before + 5);
    release();
    await filter(page, `Sent ${before + 5}`).waitFor();
  });

  test('finds an email that arrives during a search', async ({ page, playground }) => {
    await page.goto('/#/inbox');
    await page.getByRole('searchbox').fill('lighthouse');
    const { held, release } = await holdNext(page, /\/api\/inbox\?q=lighthouse/);
    await deliver(playground, { subject: 'The first lighthouse', text: 'a' });
    await held;
    await deliver(playground, { subject: 'The last lighthouse', text: 'b' });
    await expect
      .poll(async () => (await playground.call<EmailList>('/inbox?q=lighthouse')).emails.length)
      .toBe(2);
    release();
    await page.getByRole('link', { name: 'The last lighthouse' }).waitFor();
  });

  test('reports that the email was deleted elsewhere', async ({ page, playground }) => {
    await deliver(playground, { subject: 'Soon gone', text: 'a' });
    const found = () => playground.call<EmailList>('/inbox?q=soon').then(({ emails }) => emails[0]?.id);
    await expect.poll(found).toBeDefined();
    await page.goto(`/#/inbox/${await found()}`);
    await page.getByRole('heading', { name: 'Soon gone' }).waitFor();
    await playground.call(`/inbox/${await found()}`, { method: 'DELETE' });
    await page.getByText('This email no longer exists').waitFor();
  });

  test('shows the state of a fault that changes before the switch has its response', async ({
    page,
    playground,
  }) => {
    await page.goto('/#/deliveries');
    const greylist = page
      .getByRole('region', { name: 'Primary', exact: true })
      .getByRole('switch', { name: 'Greylist' });
    await greylist.waitFor({ state: 'attached' });
    const { held, release } = await holdNext(page, '**/api/servers/primary/faults/greylist');
    await greylist.check({ force: true });
    await held;
    await playground.call('/servers/faults', { method: 'DELETE' });
    release();
    await greylist.and(page.locator(':not(:checked)')).waitFor({ state: 'attached' });
  });

  test('counts messages from other programs', async ({ page, playground }) => {
    await page.goto('/#/deliveries');
    const accepted = page.getByRole('region', { name: 'Primary', exact: true }).getByText(/\d+ accepted/);
    const before = Number.parseInt((await accepted.textContent()) ?? '', 10);
    await deliver(playground, { subject: 'From elsewhere', text: 'a' });
    await expect.poll(async () => Number.parseInt((await accepted.textContent()) ?? '', 10)).toBe(before + 1);
  });

  test('updates the preview when the config changes', async ({ page, playground }) => {
    await page.goto('/#/compose');
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByText('noreply@').first().waitFor();
    const { text } = await playground.call<RunningConfig>('/config');
    onTestFinished(() => playground.call('/config', { method: 'PUT', body: { text } }));
    const config: Record<string, unknown> = JSON.parse(text);
    await playground.call('/config', {
      method: 'PUT',
      body: { text: JSON.stringify({ ...config, fromEmail: 'Lighthouse <keeper@example.com>' }) },
    });
    await preview.getByText('keeper@example.com').first().waitFor();
  });
});

test('shows the state of a restarted playground', async ({ browser }) => {
  const first = await startPlayground();
  const { page, context } = await openWatchedPage(browser, first.url);
  onTestFinished(() => context.close());
  await page.goto('/#/config');
  const editor = page.getByRole('textbox', { name: 'Config' });
  await editor.getByText('"host"').first().waitFor();
  const { text } = await first.call<RunningConfig>('/config');
  const { port } = new URL(first.url);
  await first.stop();
  await page.getByText('Connection lost').waitFor();

  const second = await startPlayground(['--port', port]);
  onTestFinished(() => second.stop());
  const { text: now } = await second.call<RunningConfig>('/config');
  const newPort = /"port": ?(\d+)/.exec(now)?.[1];
  expect(now).not.toBe(text);
  await editor.getByText(String(newPort)).first().waitFor();
});
