import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { RunningConfig } from '../src/wire/config.ts';
import type { DeliveryList, EnqueueRequest } from '../src/wire/delivery.ts';
import type { SendRequest, Sent } from '../src/wire/send.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import type { RunningPlayground } from './fixtures/playground.ts';
import { test } from './fixtures/test.ts';

const panel = (page: Page) => page.getByRole('region', { name: 'Send to the queue' });
const server = (page: Page, name: 'Primary' | 'Backup') => page.getByRole('region', { name, exact: true });
const fault = (page: Page, name: 'Primary' | 'Backup', label: string) =>
  server(page, name).getByRole('switch', { name: label });
const filter = (page: Page, label: string) =>
  page.getByRole('group', { name: 'Filter deliveries' }).getByRole('button', { name: label });
const rows = (page: Page) =>
  page
    .getByRole('table', { name: 'In the queue' })
    .getByRole('row')
    .filter({ has: page.locator('[data-state]') });
/** Each test uses another usage type, to find its delivery among the others. */
const row = (page: Page, type: string) => rows(page).filter({ hasText: type }).first();
const inState = (page: Page, type: string, state: string) =>
  row(page, type).locator(`[data-state="${state}"]`);
const history = (page: Page) => page.getByRole('list', { name: 'History of the email' });

async function open(page: Page, playground: RunningPlayground): Promise<void> {
  await playground.call('/servers/faults', { method: 'DELETE' });
  // After failures in another test, failover skips the primary for a while.
  const body: SendRequest = { to: 'ada@example.com', type: 'Generic', payload: { code: '482913' } };
  const transport = async () => (await playground.call<Sent>('/send/core', { body })).receipt?.transport;
  await expect.poll(transport, { interval: 500 }).toBe('primary');
  await page.goto('/#/deliveries');
  // The first request opens the queue.
  await filter(page, 'All').waitFor();
}

async function send(
  page: Page,
  { type, count = '1', deadline }: { type: string; count?: string; deadline?: string },
) {
  await panel(page).getByText(count, { exact: true }).click();
  await panel(page).getByRole('combobox', { name: 'Usage type' }).selectOption(type);
  if (deadline) await panel(page).getByRole('combobox', { name: 'Deadline' }).selectOption(deadline);
  await panel(page).getByRole('button', { name: 'Send', exact: false }).first().click();
}

async function switchOn(
  page: Page,
  label: string,
  names: readonly ('Primary' | 'Backup')[] = ['Primary', 'Backup'],
) {
  for (const name of names) {
    await fault(page, name, label).check({ force: true });
    await server(page, name)
      .getByText(label === 'Down' ? 'down' : 'faulty', { exact: true })
      .waitFor();
  }
}

const clearFaults = (page: Page) => page.getByRole('button', { name: 'Clear faults' }).click();
const expand = (page: Page, type: string) => row(page, type).getByRole('button', { expanded: false }).click();

describe('the queue', () => {
  test('retries a greylisted email until it is accepted', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Greylist');
    await send(page, { type: 'Register' });
    await inState(page, 'Register', 'retrying').waitFor();
    await row(page, 'Register').getByText('Next attempt').waitFor();
    await row(page, 'Register').getByText('Greylisted, try again later').waitFor();
    await expand(page, 'Register');
    await history(page).getByText('Primary: recipient rejected (temporary)').first().waitFor();
    await fault(page, 'Primary', 'Greylist').uncheck({ force: true });
    await inState(page, 'Register', 'sent').waitFor();
    await history(page).getByText('Primary accepted it', { exact: false }).waitFor();
    expect(
      Number.parseInt((await row(page, 'Register').getByRole('cell').nth(2).textContent()) ?? '', 10),
    ).toBeGreaterThan(1);
    // The view scrolls, but the window does not.
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(800);
    await page.getByRole('link', { name: 'Open it in the inbox' }).click();
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
  });

  test('cancels a delivery that waits', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Greylist');
    await send(page, { type: 'ForgotPassword' });
    await inState(page, 'ForgotPassword', 'retrying').waitFor();
    await row(page, 'ForgotPassword')
      .getByRole('button', { name: /^Cancel:/ })
      .click();
    await inState(page, 'ForgotPassword', 'cancelled').waitFor();
    await row(page, 'ForgotPassword').getByText('Canceled before it was sent.').waitFor();
    expect(
      await row(page, 'ForgotPassword')
        .getByRole('button', { name: /^Cancel:/ })
        .count(),
    ).toBe(0);
    await filter(page, 'Canceled').click();
    await row(page, 'ForgotPassword').waitFor();
    expect(await rows(page).locator('[data-state]:not([data-state="cancelled"])').count()).toBe(0);
  });

  test('expires at the deadline', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Greylist');
    // On a slow machine, earlier states may not be visible.
    await send(page, { type: 'BindMfa', deadline: '2 seconds' });
    await inState(page, 'BindMfa', 'expired').waitFor();
    await expand(page, 'BindMfa');
    await history(page).getByText('Expired').waitFor();
    await row(page, 'BindMfa').getByText('The deadline passed before a server accepted it.').waitFor();
  });

  test('shows a future deadline', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Greylist');
    await send(page, { type: 'BindMfa', deadline: '1 minute' });
    await inState(page, 'BindMfa', 'retrying').waitFor();
    await expand(page, 'BindMfa');
    await history(page).getByText('Deadline').waitFor();
  });

  test('lets you decide about an invitation that may have been sent', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Reset');
    await send(page, { type: 'OrganizationInvitation' });
    await inState(page, 'OrganizationInvitation', 'unknown').waitFor();
    await row(page, 'OrganizationInvitation').getByText('may or may not be delivered').waitFor();
    await expand(page, 'OrganizationInvitation');
    await history(page).getByText('Primary: delivery unknown').waitFor();
    await clearFaults(page);
    await row(page, 'OrganizationInvitation')
      .getByRole('button', { name: /^Retry now:/ })
      .click();
    await inState(page, 'OrganizationInvitation', 'sent').waitFor();
  });

  test('sends a code again through the backup if the primary may have accepted it', async ({
    page,
    playground,
  }) => {
    await open(page, playground);
    await switchOn(page, 'Reset', ['Primary']);
    await send(page, { type: 'MfaVerification' });
    await inState(page, 'MfaVerification', 'sent').waitFor();
    await row(page, 'MfaVerification').getByText('backup', { exact: true }).waitFor();
    await expand(page, 'MfaVerification');
    await history(page).getByText('Primary: delivery unknown').waitFor();
    await history(page).getByText('Backup took over').waitFor();
  });

  test('retries a failed delivery after the cause is fixed', async ({ page, playground }) => {
    const { text } = await playground.call<RunningConfig>('/config');
    const config: { auth: { pass: string } } = JSON.parse(text);
    const broken = { ...config, auth: { ...config.auth, pass: 'not the password' } };
    await open(page, playground);
    await playground.call('/config', { method: 'PUT', body: { text: JSON.stringify(broken) } });
    const failed = () => rows(page).filter({ hasText: 'OrganizationInvitation' }).first();
    await send(page, { type: 'OrganizationInvitation' });
    await failed().locator('[data-state="failed"]').waitFor();
    await playground.call('/config', { method: 'PUT', body: { text } });
    await failed()
      .getByRole('button', { name: /^Retry now:/ })
      .click();
    await failed().locator('[data-state="sent"]').waitFor();
  });

  test('uses the backup when the primary is down', async ({ page, playground }) => {
    await open(page, playground);
    await switchOn(page, 'Down', ['Primary']);
    const viaBackup = rows(page)
      .filter({ hasText: 'UserPermissionValidation' })
      .filter({ hasText: 'backup' });
    // The first one tries the primary. After some failures, failover skips it.
    await send(page, { type: 'UserPermissionValidation', count: '1' });
    await expect.poll(() => viaBackup.count()).toBe(1);
    await viaBackup.getByRole('button', { expanded: false }).click();
    await history(page).getByText('Primary: connection failed').waitFor();
    await history(page).getByText('Backup took over').waitFor();
    await send(page, { type: 'UserPermissionValidation', count: '10' });
    await expect.poll(() => viaBackup.count()).toBe(11);
    await clearFaults(page);
    await server(page, 'Primary').getByText('working', { exact: true }).waitFor();
  });

  test('shows a burst in charts and tables', async ({ page, playground }) => {
    const sent = async () => (await playground.call<DeliveryList>('/deliveries')).states.sent;
    const before = await sent();
    await open(page, playground);
    await send(page, { type: 'Generic', count: '50' });
    await expect.poll(sent, { timeout: 30_000 }).toBe(before + 50);
    await filter(page, `Sent ${before + 50}`).waitFor();
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await expect.poll(() => rows(page).filter({ hasText: 'Generic' }).count()).toBeGreaterThan(20);

    const throughput = page.getByRole('figure', { name: 'Attempts per second' });
    await throughput.getByText(/^\d+ accepted, \d+ failed$/).waitFor();
    await throughput.getByText('As a table').click();
    const cells = await throughput.getByRole('cell').allTextContents();
    expect(cells.map(Number).reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(50);
    const latency = page.getByRole('figure', { name: 'Latency of this run' });
    await latency.getByText(/at most/).waitFor();
    await latency.getByText('As a table').click();
    await latency.getByRole('columnheader', { name: '95th percentile' }).waitFor();
    await expectAccessible(page);
  });

  test('runs an experiment with faults and emails', async ({ page, playground }) => {
    await open(page, playground);
    await panel(page)
      .getByRole('button', { name: /^Deadline/ })
      .click();
    await fault(page, 'Primary', 'Greylist').and(page.locator(':checked')).waitFor({ state: 'attached' });
    await filter(page, 'All').waitFor();
    // Each experiment clears the faults first.
    await panel(page)
      .getByRole('button', { name: /^Failover/ })
      .click();
    await server(page, 'Primary').getByText('down', { exact: true }).waitFor();
    expect(await fault(page, 'Primary', 'Greylist').isChecked()).toBe(false);
    await clearFaults(page);
  });

  test('works with the keyboard, in light and dark mode, and on a phone', async ({ page, playground }) => {
    const body: EnqueueRequest = { type: 'BindNewIdentifier' };
    await open(page, playground);
    await switchOn(page, 'Greylist');
    await playground.call('/deliveries', { body });
    await inState(page, 'BindNewIdentifier', 'retrying').waitFor();
    await row(page, 'BindNewIdentifier').getByRole('button', { expanded: false }).focus();
    await page.keyboard.press('Enter');
    await history(page).getByText('Next attempt').waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await row(page, 'BindNewIdentifier')
      .getByRole('button', { name: /^Cancel:/ })
      .waitFor();
    await expectAccessible(page);
  });
});
