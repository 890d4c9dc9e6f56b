import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { WAYS, type Way } from '../src/wire/send.ts';
import { sampleCode } from '../web/views/send/sample-code.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { test } from './fixtures/test.ts';

const LABELS: Readonly<Record<Way, string>> = {
  core: 'Core',
  express: 'Express',
  nest: 'Nest',
  webhook: 'Webhook',
  logto: 'Logto',
  queue: 'Queue',
};

/** The test of the examples runs the code with an email like this. */
const EMAIL = {
  to: 'grace@example.com',
  type: 'SignIn',
  locale: 'de',
  payload: { code: '482913', application: { name: `O'Neil & "Sons" \\ Ltd` } },
};

const form = (page: Page) => page.getByRole('form', { name: 'Email' });
const outcome = (page: Page) => page.getByRole('region', { name: 'Result' });
const field = (page: Page, name: string) => form(page).getByRole('textbox', { name });

async function choose(page: Page, way: Way): Promise<void> {
  await page.goto('/#/send');
  await page
    .getByRole('radiogroup', { name: 'Delivery path' })
    .getByText(LABELS[way], { exact: true })
    .click();
}

const send = (page: Page) => form(page).getByRole('button', { name: 'Send through' }).click();

/** Presses a copy button, and returns the text of the clipboard. */
async function copy(page: Page, name: string): Promise<string> {
  const block = page.getByRole('figure', { name, exact: true });
  await block.getByRole('button', { name: 'Copy' }).click();
  await block.getByRole('button', { name: 'Copied' }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

describe('each delivery path', () => {
  for (const [index, way] of WAYS.entries()) {
    test(`${way}: the email arrives in the inbox`, async ({ page }) => {
      const code = String(100_200 + index);
      await choose(page, way);
      await field(page, 'Code').fill(code);
      await send(page);
      await outcome(page)
        .getByText(way === 'queue' ? /^Stored/ : /^Sent/)
        // The first email opens the queue.
        .waitFor({ timeout: 30_000 });
      await outcome(page)
        .getByText(way === 'logto' ? 'smtp' : 'primary', { exact: true })
        .waitFor();
      await outcome(page).getByRole('link', { name: 'Open it in the inbox' }).click();
      await page.locator(`[data-code="${code}"]`).waitFor();
    });

    test(`${way}: shows the code for the email in the form`, async ({ page }) => {
      await choose(page, way);
      await field(page, 'To').fill(EMAIL.to);
      await field(page, 'Application').fill(EMAIL.payload.application.name);
      await form(page).getByRole('combobox', { name: 'Language' }).selectOption('de');
      const files = page.getByRole('tablist', { name: 'Files' }).getByRole('tab');
      const names = await files.allTextContents();
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        await files.filter({ hasText: name }).click();
        const example = await readFile(new URL(`../examples/${name}`, import.meta.url), 'utf8');
        const code = await copy(page, name);
        expect(code).toBe(sampleCode(example, EMAIL));
        expect(code.includes(EMAIL.to)).toBe(example.includes('ada@example.com'));
      }
    });
  }
});

describe('sending', () => {
  test('keeps the email and the results of each delivery path', async ({ page }) => {
    await choose(page, 'core');
    await field(page, 'Code').fill('909090');
    await send(page);
    await outcome(page).getByText('Sent', { exact: true }).waitFor();
    // The arrow keys move between radio buttons.
    await page.getByRole('radio', { name: 'Core' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Send through Express router' }).waitFor();
    expect(await field(page, 'Code').inputValue()).toBe('909090');
    expect(await outcome(page).count()).toBe(0);
    await page.keyboard.press('ArrowLeft');
    await outcome(page).getByText('Sent', { exact: true }).waitFor();
  });

  test('sends another usage type with other variables', async ({ page, playground }) => {
    await choose(page, 'core');
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('OrganizationInvitation');
    await field(page, 'Organization').fill('Difference Engines');
    await send(page);
    await outcome(page).getByRole('link', { name: 'Open it in the inbox' }).click();
    await page.getByRole('region', { name: 'Email', exact: true }).getByRole('tab', { name: 'Text' }).click();
    await page.getByRole('tabpanel').getByText('Difference Engines').first().waitFor();
    const { emails } = await playground.call<{ emails: { type?: string }[] }>(
      '/inbox?q=Difference%20Engines',
    );
    expect(emails[0]?.type).toBe('OrganizationInvitation');
  });

  test('sends a notice that shows the device and the place', async ({ page }) => {
    await choose(page, 'webhook');
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('NewSignIn');
    await send(page);
    await outcome(page).getByText('Supabase does not send NewSignIn emails.').waitFor();
    await page.getByRole('radio', { name: 'Core' }).focus();
    await page.keyboard.press('Space');
    expect(await copy(page, 'core.ts')).toContain("device: 'Chrome on Windows'");
    await send(page);
    await outcome(page).getByRole('link', { name: 'Open it in the inbox' }).click();
    await page.getByRole('region', { name: 'Email', exact: true }).getByRole('tab', { name: 'Text' }).click();
    const text = page.getByRole('tabpanel');
    await text.getByText('Chrome on Windows').first().waitFor();
    await text.getByText('Berlin, Germany').first().waitFor();
  });

  test('shows problems', async ({ page }) => {
    for (const way of ['core', 'express', 'queue'] as const) {
      await choose(page, way);
      await field(page, 'To').fill('ada@example.com, grace@example.com');
      await send(page);
      const problem = outcome(page).getByRole('alert');
      await problem.getByText(/recipient_invalid|request_invalid/).waitFor();
      await expectAccessible(page);
    }
    await field(page, 'To').fill('ada@example.com');
    await send(page);
    // A later attempt would meet the faults of the next test.
    await outcome(page).getByText('and sent by a worker').waitFor();
    expect(await outcome(page).getByRole('alert').count()).toBe(0);
  });

  test('reports a connection that drops after the message', async ({ page, playground }) => {
    await playground.call('/servers/primary/faults/reset', { method: 'PUT', body: { isOn: true, times: 1 } });
    await choose(page, 'core');
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('OrganizationInvitation');
    await send(page);
    await outcome(page).getByText('delivery_unknown').waitFor();
    // A code may arrive twice, so failover sends it to the backup.
    await playground.call('/servers/primary/faults/reset', { method: 'PUT', body: { isOn: true, times: 1 } });
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('SignIn');
    await send(page);
    await outcome(page).getByText('backup', { exact: true }).waitFor();
    await playground.call('/servers/faults', { method: 'DELETE' });
  });

  test('links to the delivery in the queue', async ({ page }) => {
    await choose(page, 'queue');
    await send(page);
    await outcome(page).getByText('and sent by a worker').waitFor();
    await outcome(page).getByRole('link', { name: 'Follow the delivery' }).click();
    await page.getByRole('list', { name: 'History of the email' }).getByText('Primary accepted it').waitFor();
  });

  test('is accessible with every delivery path, in light and dark mode, and fits a phone', async ({
    page,
  }) => {
    for (const way of WAYS) {
      await choose(page, way);
      await send(page);
      await outcome(page).getByRole('link', { name: 'Open it in the inbox' }).waitFor();
      await form(page).getByText('More variables').click();
      await expectAccessible(page);
      await expectFits(page);
    }
  });
});
