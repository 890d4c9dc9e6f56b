import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { RunningConfig } from '../src/wire/config.ts';
import type { EmailList } from '../src/wire/inbox.ts';
import type { TemplateList } from '../src/wire/template.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { test } from './fixtures/test.ts';

const editor = (page: Page) => page.getByRole('textbox', { name: 'Template content' });
const email = (page: Page) => page.frameLocator('iframe[title="Email preview"]');
/** The code is also in the preheader, which precedes the text. */
const code = (page: Page) => email(page).getByText('135790').last();
const preview = (page: Page) => page.getByRole('region', { name: 'Preview' });

async function open(page: Page, usageType = 'SignIn', locale = '') {
  await page.goto('/#/compose');
  await page.getByLabel('Usage type').selectOption(usageType);
  await page.getByLabel('Language').selectOption(locale);
  await page.getByLabel('Code', { exact: true }).fill('135790');
  await code(page).waitFor();
}

const openTab = (page: Page, name: 'Content' | 'HTML (advanced)') => page.getByRole('tab', { name }).click();

/** Replaces the HTML with the keyboard. */
async function write(page: Page, text: string) {
  await openTab(page, 'HTML (advanced)');
  await editor(page).click();
  await page.keyboard.press('ControlOrMeta+a');
  // The editor would close tags that the text closes.
  await page.keyboard.insertText(text);
}

describe('compose', () => {
  test('opens on the email, and sends what is typed', async ({ page, playground }) => {
    await open(page, 'Register');
    expect(await editor(page).count()).toBe(0);
    await page.getByLabel('Subject', { exact: true }).fill('Welcome, {{code}}');
    await write(page, '<h1>Hello from the test</h1><p>{{code}}</p>');
    await email(page).getByRole('heading', { name: 'Hello from the test' }).waitFor();
    await openTab(page, 'Content');
    await page.getByLabel('Code', { exact: true }).fill('246802');
    await email(page).getByText('246802').waitFor();
    await preview(page).getByText('Welcome, 246802').waitFor();

    await page.getByLabel('To', { exact: true }).fill('compose@example.com');
    await page.getByRole('button', { name: 'Save and send' }).click();
    await page.getByRole('link', { name: 'Open it in the inbox' }).click();
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    await page.frameLocator('iframe').getByRole('heading', { name: 'Hello from the test' }).waitFor();
    const { emails } = await playground.call<EmailList>('/inbox?q=compose@example.com', { method: 'GET' });
    expect(emails).toMatchObject([
      { to: 'compose@example.com', subject: 'Welcome, 246802', code: '246802', via: 'core' },
    ]);

    // The running config has the template.
    await page.getByRole('link', { name: 'Compose', exact: true }).click();
    await page.getByRole('button', { name: 'Saved' }).waitFor();
    const { text } = await playground.call<RunningConfig>('/config', { method: 'GET' });
    expect(text).toContain('Hello from the test');
  });

  test('shows an error at its line and column, and moves the cursor there', async ({ page }) => {
    await open(page, 'ForgotPassword');
    await write(page, '<p>\n  {{#if code}}\n  {{code}}\n</p>\n');
    const problems = page.getByRole('list', { name: 'Template problems' });
    const problem = problems.getByRole('button').first();
    await problem.getByText(/content, line \d+, column \d+/).waitFor();
    await page.locator('.cm-lint-marker-error').waitFor();
    await preview(page).getByText('The template has an error. This is the last valid preview.').waitFor();
    expect(await page.getByRole('button', { name: 'Save and send' }).isDisabled()).toBe(true);

    await problem.click();
    await page.locator('.cm-editor.cm-focused').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText('<p>\n  {{#if code}}{{code}}{{/if}}\n</p>\n');
    await problems.waitFor({ state: 'detached' });
    await code(page).waitFor();
    await page.locator('.cm-lint-marker-error').waitFor({ state: 'detached' });
  });

  test('shows the position of a variable that the usage type does not have', async ({ page }) => {
    await open(page, 'BindMfa');
    await write(page, '<p>{{code}}</p>\n<p>{{verificationCode}}</p>\n');
    const problem = page.getByRole('list', { name: 'Template problems' }).getByRole('button', {
      name: /verificationCode.*line 2, column 4/,
    });
    await problem.click();
    await page.locator('.cm-activeLine', { hasText: 'verificationCode' }).waitFor();
  });

  test('completes variables, and inserts one at the cursor', async ({ page }) => {
    await open(page, 'MfaVerification');
    await write(page, '<p></p>');
    await page.keyboard.press('Home');
    for (const _ of '<p>') await page.keyboard.press('ArrowRight');
    await page.keyboard.type('{{app');
    await page.getByRole('option', { name: 'application.name' }).click();
    await page.getByText('<p>{{application.name}}</p>').waitFor();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Insert {{code}}' }).click();
    await page.getByText('<p>{{application.name}}</p>{{code}}').waitFor();
    await code(page).waitFor();
  });

  test('shows a right-to-left language from right to left', async ({ page }) => {
    await open(page, 'SignIn', 'ar');
    await email(page).locator('html[dir=rtl]').waitFor();
    const side = await email(page)
      .getByRole('heading')
      .first()
      .evaluate((heading) => getComputedStyle(heading).direction);
    expect(side).toBe('rtl');
    await preview(page).getByText('Text', { exact: true }).click();
    const text = preview(page).getByRole('figure', { name: 'Text' });
    await text.waitFor();
    expect(await text.evaluate((figure) => getComputedStyle(figure).direction)).toBe('rtl');
  });

  test('shows text and source, a phone, and dark mode', async ({ page }) => {
    await open(page);
    const body = email(page).locator('body');
    const color = () => body.evaluate((element) => getComputedStyle(element).backgroundColor);
    const width = () => page.locator('iframe').evaluate((frame) => frame.clientWidth);
    const light = await color();
    await preview(page).getByText('Dark', { exact: true }).click();
    await page.locator('iframe[src*="scheme=dark"]').waitFor();
    await code(page).waitFor();
    expect(await color()).not.toBe(light);
    const wide = await width();
    await preview(page).getByText('Phone', { exact: true }).click();
    await expect.poll(width).toBeLessThan(wide);

    await preview(page).getByText('Text', { exact: true }).click();
    await preview(page).getByRole('figure', { name: 'Text' }).getByText('135790').first().waitFor();
    await preview(page).getByText('Source', { exact: true }).click();
    const source = preview(page).getByRole('figure', { name: 'Source' });
    await source.getByText('Auto-Submitted: auto-generated').waitFor();
    await source.getByText('DKIM-Signature').waitFor();
  });

  test('starts from a ready-made template in your brand, and discards changes', async ({
    page,
    playground,
  }) => {
    await open(page, 'SignIn', 'fr');
    await page.getByRole('button', { name: 'Ready-made' }).click();
    await page.getByLabel('Brand').fill('Globex');
    await page.getByRole('button', { name: 'Use this template' }).click();
    await page.getByLabel('Application', { exact: true }).fill('');
    await email(page).getByText('Globex').first().waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Saved' }).waitFor();
    const { templates } = await playground.call<TemplateList>('/templates', { method: 'GET' });
    const saved = templates.find(({ usageType, locale }) => usageType === 'SignIn' && locale === 'fr');
    expect(saved?.content).toContain('Globex');

    await write(page, '<p>{{code}}</p>');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByRole('button', { name: 'Saved' }).waitFor();
    await email(page).getByText('Globex').first().waitFor();
  });

  test('downloads the template in the format of the config', async ({ page }) => {
    await open(page, 'SignIn', 'de');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('SignIn.de.json');
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({
      usageType: 'SignIn',
      locale: 'de',
      contentType: 'text/html',
    });
  });

  test('keeps unsaved changes while another view is open', async ({ page }) => {
    await open(page, 'UserPermissionValidation');
    await write(page, '<p>Kept: {{code}}</p>');
    await email(page).getByText('Kept: 135790').waitFor();
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.getByRole('link', { name: 'Compose', exact: true }).click();
    await email(page).getByText('Kept: 135790').waitFor();
    // Previews add no entries to the history.
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  test('is accessible with problems and notes, light and dark, and fits a phone', async ({ page }) => {
    await open(page);
    await write(page, '<p style="position: fixed">{{code}}</p>');
    await page.getByText('Not supported by all mail apps').click();
    await page.getByRole('list', { name: 'Not supported by all mail apps' }).getByText('Outlook').waitFor();
    await expectAccessible(page);
    await openTab(page, 'Content');
    await page.getByText('Sender and reply address').click();
    await expectAccessible(page);
    await write(page, '<p>{{#if code}}</p>\n<p>');
    await page.getByRole('list', { name: 'Template problems' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Ready-made' }).click();
    await page.getByLabel('Brand').waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
