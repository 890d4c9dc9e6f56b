import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { WAYS, type Way } from '../src/wire/send.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { test } from './fixtures/test.ts';

const LABELS: Readonly<Record<Way, string>> = {
  core: 'Core',
  express: 'Express',
  nest: 'Nest',
  logto: 'Logto',
  queue: 'Queue',
};

const form = (page: Page) => page.getByRole('form', { name: 'Email' });
const outcome = (page: Page) => page.getByRole('region', { name: 'Outcome' });
const field = (page: Page, name: string) => form(page).getByRole('textbox', { name });

async function choose(page: Page, way: Way): Promise<void> {
  await page.goto('/#/send');
  await page.getByRole('radio', { name: LABELS[way] }).check();
}

const send = (page: Page) => form(page).getByRole('button', { name: 'Send through' }).click();

/** Presses a copy button, and gives what is in the clipboard then. */
async function copy(page: Page, name: string): Promise<string> {
  const block = page.getByRole('figure', { name, exact: true });
  await block.getByRole('button', { name: 'Copy' }).click();
  await block.getByRole('button', { name: 'Copied' }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Runs a copied call with stand-ins for what it calls, and gives what they got. */
async function run(call: string): Promise<unknown> {
  const got: unknown[] = [];
  const take = (...given: unknown[]) => {
    got.push(given.at(-1));
    return { id: '1' };
  };
  const run = new Function(
    'mailer',
    'queue',
    'postMessage',
    'sendMessage',
    'secret',
    `return (async () => { ${call} })()`,
  );
  await run({ send: take }, { enqueue: take }, take, take, 'secret');
  expect(got).toHaveLength(1);
  return got[0];
}

describe('each way to send', () => {
  for (const [index, way] of WAYS.entries()) {
    test(`${way}: the email arrives in the inbox`, async ({ page }) => {
      const code = String(100_200 + index);
      await choose(page, way);
      await field(page, 'Code').fill(code);
      await send(page);
      await outcome(page)
        .getByText(way === 'queue' ? 'Stored in' : 'Sent in')
        // The queue is opened with its first email.
        .waitFor({ timeout: 30_000 });
      await outcome(page)
        .getByText(way === 'logto' ? 'smtp' : 'primary', { exact: true })
        .waitFor();
      await outcome(page).getByRole('link', { name: 'See it in the inbox' }).click();
      await page.locator(`[data-code="${code}"]`).waitFor();
    });

    test(`${way}: the code is there to be copied, and does what was chosen`, async ({ page }) => {
      await choose(page, way);
      await field(page, 'Application').fill(`O'Neil & "Sons" \\ Ltd`);
      await form(page).getByRole('combobox', { name: 'Language' }).selectOption('de');
      const payload = { code: '482913', application: { name: `O'Neil & "Sons" \\ Ltd` } };
      expect(await run(await copy(page, 'Call'))).toEqual(
        way === 'logto'
          ? { to: 'ada@example.com', type: 'SignIn', payload: { ...payload, locale: 'de' } }
          : { to: 'ada@example.com', type: 'SignIn', locale: 'de', payload },
      );

      const files = page.getByRole('tablist', { name: 'Files' }).getByRole('tab');
      const names = await files.allTextContents();
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) {
        await files.filter({ hasText: name }).click();
        const written = await readFile(new URL(`../examples/${name}`, import.meta.url), 'utf8');
        expect(await copy(page, name)).toBe(written);
      }
    });
  }
});

describe('sending', () => {
  test('keeps the email while one goes from way to way, and what came back', async ({ page }) => {
    await choose(page, 'core');
    await field(page, 'Code').fill('909090');
    await send(page);
    await outcome(page).getByText('Sent in').waitFor();
    // By the arrow keys, as radio buttons are.
    await page.getByRole('radio', { name: 'Core' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Send through Express router' }).waitFor();
    expect(await field(page, 'Code').inputValue()).toBe('909090');
    expect(await outcome(page).count()).toBe(0);
    await page.keyboard.press('ArrowLeft');
    await outcome(page).getByText('Sent in').waitFor();
  });

  test('in another language, and of another type with variables of its own', async ({ page, playground }) => {
    await choose(page, 'core');
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('OrganizationInvitation');
    await field(page, 'Organization').fill('Difference Engines');
    await send(page);
    await outcome(page).getByRole('link', { name: 'See it in the inbox' }).click();
    await page.getByRole('region', { name: 'Email', exact: true }).getByRole('tab', { name: 'Text' }).click();
    await page.getByRole('tabpanel').getByText('Difference Engines').first().waitFor();
    const { emails } = await playground.call<{ emails: { type?: string }[] }>(
      '/inbox?q=Difference%20Engines',
    );
    expect(emails[0]?.type).toBe('OrganizationInvitation');
  });

  test('shows what is wrong, and what to do about it', async ({ page }) => {
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
    await outcome(page).getByText('Stored in').waitFor();
    expect(await outcome(page).getByRole('alert').count()).toBe(0);
  });

  test('says what a server did that went away after the final dot', async ({ page, playground }) => {
    await playground.call('/servers/primary/faults/reset', { method: 'PUT', body: { isOn: true, times: 1 } });
    await choose(page, 'core');
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('OrganizationInvitation');
    await send(page);
    await outcome(page).getByText('delivery_unknown').waitFor();
    // A code may come twice, so the other server gets it.
    await playground.call('/servers/primary/faults/reset', { method: 'PUT', body: { isOn: true, times: 1 } });
    await form(page).getByRole('combobox', { name: 'Usage type' }).selectOption('SignIn');
    await send(page);
    await outcome(page).getByText('backup', { exact: true }).waitFor();
    await playground.call('/servers/faults', { method: 'DELETE' });
  });

  test('through the queue leads to its delivery', async ({ page }) => {
    await choose(page, 'queue');
    await send(page);
    await outcome(page).getByText('and sent by a worker').waitFor();
    await outcome(page).getByRole('link', { name: 'Follow the delivery' }).click();
    await page.getByRole('list', { name: 'What happened to' }).getByText('Primary took it').waitFor();
  });

  test('is accessible with every way, light and dark, and fits a phone', async ({ page }) => {
    for (const way of WAYS) {
      await choose(page, way);
      await send(page);
      await outcome(page).getByRole('link', { name: 'See it in the inbox' }).waitFor();
      await form(page).getByText('More variables').click();
      await expectAccessible(page);
      await expectFits(page);
    }
  });
});
