import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { SignInPolicy } from '../src/wire/sign-in.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { test } from './fixtures/test.ts';

const door = (page: Page) => page.getByRole('region', { name: 'Your app' });
const mailbox = (page: Page) => page.getByRole('region', { name: 'Mailbox' });
const limits = (page: Page) => page.getByRole('region', { name: 'Limits' });
const codeField = (page: Page) => door(page).getByRole('textbox', { name: 'Code' });
const guessesLeft = (page: Page) => limits(page).locator('[data-guesses-left]').textContent();

/** Each test uses another address, because limits are per address. */
async function start(page: Page, to: string, method: 'code' | 'link' = 'code'): Promise<void> {
  await page.goto('/#/sign-in');
  await door(page).getByRole('textbox', { name: 'Email' }).fill(to);
  await door(page)
    .getByText(method === 'code' ? 'By code' : 'By link', { exact: true })
    .click();
  await door(page)
    .getByRole('button', { name: `Email me a ${method}` })
    .click();
  await door(page).getByRole('heading', { name: 'Check your email' }).waitFor();
}

async function readCode(page: Page): Promise<string> {
  const code = await mailbox(page).locator('[data-code]').first().getAttribute('data-code');
  if (code === null) throw new Error('There is no code in the mailbox.');
  return code;
}

/** A wrong code. */
const otherThan = (code: string) => code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));

describe('signing in', () => {
  test('by typing the code', async ({ page }) => {
    await start(page, 'ada@example.com');
    const code = await readCode(page);
    await codeField(page).pressSequentially(code);
    // The last digit submits the code.
    await door(page).getByRole('heading', { name: 'You are signed in' }).waitFor();
    await door(page).getByText('ada@example.com').waitFor();
    await door(page).getByRole('button', { name: 'Sign out' }).click();
    await door(page).getByRole('textbox', { name: 'Email' }).waitFor();
  });

  test('by pasting the code with spaces', async ({ page }) => {
    await start(page, 'paste@example.com');
    const code = await readCode(page);
    await page.evaluate(
      (text) => navigator.clipboard.writeText(text),
      ` ${code.slice(0, 3)} ${code.slice(3)} `,
    );
    await codeField(page).focus();
    await page.keyboard.press('ControlOrMeta+V');
    await door(page).getByRole('heading', { name: 'You are signed in' }).waitFor();
  });

  test('by link, which a mail scanner cannot use up', async ({ page, browser, playground }) => {
    await start(page, 'grace@example.com', 'link');
    const link = mailbox(page).getByRole('link', { name: 'Open the link' });
    const href = String(await link.getAttribute('href'));
    expect(new URL(href).origin).toBe(playground.url);
    await mailbox(page).getByRole('button', { name: 'Open as a mail scanner' }).click();
    await mailbox(page).getByText('GET 200, HEAD 200, POST 403').waitFor();
    await expectAccessible(page);
    await expectFits(page);

    const other = await browser.newPage();
    await other.goto(href);
    const code = (await other.locator('strong').textContent()) ?? '';
    await other.close();
    await door(page).getByRole('link', { name: 'enter here' }).click();
    await page.getByRole('textbox', { name: 'Code' }).fill(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await door(page).getByRole('heading', { name: 'You are signed in' }).waitFor();
    await door(page).getByText('grace@example.com').waitFor();
    await page.goto(href);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'This link doesn’t work' }).waitFor();
  });

  test('with a wrong code costs a guess, and the correct code still works', async ({ page }) => {
    await start(page, 'wrong@example.com');
    const code = await readCode(page);
    const before = Number(await guessesLeft(page));
    await codeField(page).fill(otherThan(code));
    await door(page).getByRole('alert').waitFor();
    await expect.poll(() => guessesLeft(page)).toBe(String(before - 1));
    expect(await codeField(page).inputValue()).toBe('');
    await expectAccessible(page);
    await codeField(page).fill(code);
    await door(page).getByRole('heading', { name: 'You are signed in' }).waitFor();
  });

  test('with too many wrong codes locks the address, even for the correct code', async ({
    page,
    playground,
  }) => {
    await start(page, 'locked@example.com');
    const code = await readCode(page);
    const { guesses } = await playground.call<SignInPolicy>('/sign-in/policy');
    for (let left = guesses.limit - 1; left >= 0; left--) {
      await codeField(page).fill(otherThan(code));
      await expect.poll(() => guessesLeft(page)).toBe(String(left));
    }
    // The correct code comes too late.
    await codeField(page).fill(code);
    await limits(page).getByText('Locked for').waitFor();
    expect(await codeField(page).isDisabled()).toBe(true);
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Reset limits' }).click();
    await expect.poll(() => guessesLeft(page)).toBe(String(guesses.limit));
  });

  test('cannot be requested again immediately', async ({ page }) => {
    await start(page, 'hasty@example.com');
    const again = door(page).getByRole('button', { name: /^Send again in \d+ s$/ });
    await again.waitFor();
    expect(await again.isDisabled()).toBe(true);
    await limits(page)
      .getByText(/^in \d+ s$/)
      .waitFor();
    await door(page).getByRole('button', { name: 'Use another address' }).click();
    await door(page).getByRole('button', { name: 'Email me a code' }).click();
    await door(page).getByRole('alert').waitFor();
  });

  test('rejects an address that is not valid', async ({ page }) => {
    await page.goto('/#/sign-in');
    await door(page).getByRole('textbox', { name: 'Email' }).fill('ada, grace@example.com');
    await door(page).getByRole('button', { name: 'Email me a code' }).click();
    await door(page).getByRole('alert').waitFor();
  });

  test('fits a phone, and is accessible at each step', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await start(page, 'phone@example.com');
    const code = await readCode(page);
    await expectAccessible(page);
    await expectFits(page);
    await codeField(page).fill(code);
    await door(page).getByRole('heading', { name: 'You are signed in' }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
