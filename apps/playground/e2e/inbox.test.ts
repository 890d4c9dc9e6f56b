import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished } from 'vitest';
import type { EmailList } from '../src/wire/inbox.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { deliver } from './fixtures/deliver.ts';
import { test } from './fixtures/test.ts';

const rows = (page: Page) => page.getByRole('region', { name: 'Emails' }).getByRole('listitem');
const row = (page: Page, subject: string) => rows(page).filter({ hasText: subject });
const detail = (page: Page) => page.getByRole('region', { name: 'Email', exact: true });
const subjectOf = (page: Page) => detail(page).getByRole('heading', { level: 2 });
const emailHtml = (page: Page) => page.frameLocator('iframe[title="The email"]');

async function open(page: Page, subject: string): Promise<void> {
  await page.goto('/#/inbox');
  await row(page, subject).getByRole('link').click();
  await subjectOf(page).filter({ hasText: subject }).waitFor();
}

describe('the inbox', () => {
  test('shows the code of an email with a button to copy it', async ({ page, playground }) => {
    await deliver(playground, { subject: 'Copy me', text: 'Your code is 482913.' });
    await open(page, 'Copy me');
    await detail(page).locator('[data-code="482913"]').waitFor();
    await detail(page).getByRole('button', { name: 'Copy code' }).click();
    await detail(page).getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('482913');
  });

  test('shows arrivals and deletions immediately', async ({ page, playground }) => {
    await page.goto('/#/inbox');
    await rows(page).first().waitFor();
    await deliver(playground, { subject: 'Just arrived', text: 'Hello' });
    await row(page, 'Just arrived').waitFor();
    const { emails } = await playground.call<EmailList>('/inbox?q=Just%20arrived');
    await playground.call(`/inbox/${emails[0]?.id}`, { method: 'DELETE' });
    await row(page, 'Just arrived').waitFor({ state: 'detached' });
  });

  test('shows the number of new emails in the navigation', async ({ page, playground }) => {
    const link = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Inbox' });
    await page.goto('/#/inbox');
    await rows(page).first().waitFor();
    await page.getByRole('link', { name: 'Deliveries' }).click();
    expect(await link.textContent()).toBe('Inbox');
    await deliver(playground, { subject: 'While you were away', text: 'Hello' });
    await link.getByText('1 new').waitFor();
    await link.click();
    await row(page, 'While you were away').waitFor();
    expect(await link.textContent()).toBe('Inbox');
  });

  test('finds emails by words in recipient, subject, and text', async ({ page, playground }) => {
    await deliver(playground, { subject: 'Needle one', text: 'in the haystack', to: 'grace@example.com' });
    await deliver(playground, { subject: 'Other', text: 'a needle in the text', to: 'grace@example.com' });
    await page.goto('/#/inbox');
    await row(page, 'Needle one').waitFor();
    const search = page.getByRole('searchbox', { name: 'Search emails' });
    await search.fill('NEEDLE grace');
    await expect.poll(() => rows(page).count()).toBe(2);
    await search.fill('needle haystack');
    await expect.poll(() => rows(page).count()).toBe(1);
    await search.fill('no such words');
    await page.getByText('Nothing found').waitFor();
    await page.getByRole('button', { name: 'Clear search' }).click();
    await row(page, 'Other').waitFor();
  });

  test('shows HTML, text, headers, source, and attachments', async ({ page, playground }) => {
    await deliver(playground, {
      subject: 'With everything',
      text: 'The plain words',
      html: '<p>The <b>bold</b> words</p>',
      headers: { 'X-Sent-For': 'a test' },
      attachments: [{ filename: 'notes.txt', content: 'attached words' }],
    });
    await open(page, 'With everything');
    await emailHtml(page).locator('b', { hasText: 'bold' }).waitFor();
    const tab = (name: string) => detail(page).getByRole('tab', { name });
    const panel = detail(page).getByRole('tabpanel');

    await tab('Text').click();
    await panel.getByText('The plain words').waitFor();
    await tab('Headers').click();
    await panel.getByText('X-Sent-For').waitFor();
    await tab('Raw').click();
    await panel.getByText('Content-Type: multipart/mixed').waitFor();
    await tab('Attachments').click();
    const downloading = page.waitForEvent('download');
    await panel.getByRole('link', { name: 'Download notes.txt' }).click();
    expect(await text(await (await downloading).createReadStream())).toBe('attached words');
  });

  test('shows the DKIM signature and the OTP-Token', async ({ page }) => {
    await page.goto('/#/inbox');
    await row(page, 'sign-in code').first().getByRole('link').click();
    await detail(page).getByRole('tab', { name: 'Trust' }).click();
    const panel = detail(page).getByRole('tabpanel');
    await panel.getByText('The DKIM signature is valid').waitFor();
    await panel.getByText('playground._domainkey.acme.example', { exact: true }).waitFor();
    await panel.getByText('https://acme.example', { exact: true }).waitFor();
  });

  test('supports the arrow keys and Delete', async ({ page, playground }) => {
    for (const subject of ['Third', 'Second', 'First']) await deliver(playground, { subject, text: subject });
    await open(page, 'First');
    await page.keyboard.press('ArrowDown');
    await subjectOf(page).filter({ hasText: 'Second' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await subjectOf(page).filter({ hasText: 'Third' }).waitFor();
    await page.keyboard.press('ArrowUp');
    await subjectOf(page).filter({ hasText: 'Second' }).waitFor();
    await page.keyboard.press('Delete');
    await row(page, 'Second').waitFor({ state: 'detached' });
    // The next email gets the focus.
    await subjectOf(page).filter({ hasText: 'Third' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Third');
  });

  test('deletes one email, or all after a confirmation', async ({ page, playground }) => {
    await deliver(playground, { subject: 'To be deleted', text: 'Bye' });
    await open(page, 'To be deleted');
    await detail(page).getByRole('button', { name: 'Delete' }).click();
    await row(page, 'To be deleted').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(await rows(page).count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
    await page.getByText('No email yet').waitFor();
    expect((await playground.call<EmailList>('/inbox')).total).toBe(0);
    await expectAccessible(page);
  });

  test('shows one pane at a time on a phone', async ({ page, playground }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await deliver(playground, { subject: 'On a phone', text: 'Your code is 113355.', html: '<p>Hello</p>' });
    await open(page, 'On a phone');
    expect(await page.getByRole('region', { name: 'Emails' }).isVisible()).toBe(false);
    // The subject gets the focus.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('On a phone');
    await expectFits(page);
    await page.getByRole('link', { name: 'All emails' }).click();
    await row(page, 'On a phone').waitFor();
    expect(await subjectOf(page).isVisible()).toBe(false);
    await expectFits(page);
  });

  test('reports an email that does not exist', async ({ page }) => {
    await page.goto('/#/inbox/no-such-email');
    await page.getByText('This email no longer exists').waitFor();
  });

  test('is accessible with every tab, in light and dark mode', async ({ page, playground }) => {
    await deliver(playground, {
      subject: 'For everyone',
      text: 'Your code is 224466.',
      html: '<p>Your code is 224466.</p><img src="https://images.example/logo.png">',
      attachments: [{ filename: 'notes.txt', content: 'attached' }],
    });
    await open(page, 'For everyone');
    for (const name of ['HTML', 'Text', 'Headers', 'Raw', 'Attachments', 'Trust']) {
      await detail(page).getByRole('tab', { name }).click();
      await expectAccessible(page);
    }
  });
});

describe('a hostile email', () => {
  test('runs no scripts, loads nothing, and does not navigate', async ({ page, playground }) => {
    // A tracker that the browser could reach.
    const hits: string[] = [];
    const tracker = createServer((request, response) => {
      hits.push(String(request.url));
      response.end();
    });
    await new Promise<void>((resolve) => tracker.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void tracker.close());
    const origin = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}`;

    await deliver(playground, {
      subject: 'Look here',
      html: `
        <meta http-equiv="refresh" content="0;url=${origin}/refresh">
        <link rel="stylesheet" href="${origin}/style.css"><link rel="prefetch" href="${origin}/prefetch">
        <style>@import '${origin}/import.css'; body { background: url(${origin}/background.png) }</style>
        <script>document.body.innerHTML = '<p id="ran">ran</p>'; top.location = '${origin}/script'</script>
        <script src="${origin}/script.js"></script>
        <img src="${origin}/pixel.png" onerror="document.body.innerHTML = '<p id=ran>ran</p>'">
        <iframe src="${origin}/frame"></iframe><object data="${origin}/object"></object>
        <video poster="${origin}/poster.png" src="${origin}/video"></video>
        <form action="${origin}/form"><button id="submit">Go</button></form>
        <a id="link" href="${origin}/link" target="_top">Go</a>
        <p id="words">Honest words</p>`,
    });
    await open(page, 'Look here');
    const html = emailHtml(page);
    await html.locator('#words').waitFor();
    await html.locator('#submit').click();
    await html.locator('#link').click();
    await html.locator('#words').waitFor();
    expect(await html.locator('#ran').count()).toBe(0);
    expect(page.url()).toMatch(/#\/inbox\//);
    expect(page.context().pages()).toHaveLength(1);

    // Allowed images must use https. This tracker does not.
    await detail(page)
      .getByText(`Blocked: ${new URL(origin).host}`)
      .waitFor();
    await detail(page).getByRole('button', { name: 'Load anyway' }).click();
    await page.locator('iframe[src*="remote=1"]').waitFor();
    await html.locator('#words').waitFor();
    expect(await html.locator('#ran').count()).toBe(0);
    expect(hits).toEqual([]);
  });
});
