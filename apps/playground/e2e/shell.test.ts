import { describe, expect } from 'vitest';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import { startPlayground } from './fixtures/playground.ts';
import { test } from './fixtures/test.ts';
import { openWatchedPage } from './fixtures/watched-page.ts';

const VIEWS = {
  compose: 'Compose',
  config: 'Config',
  send: 'Send',
  inbox: 'Inbox',
  'sign-in': 'Sign in',
  deliveries: 'Deliveries',
} as const;

describe('every view', () => {
  for (const [path, title] of Object.entries(VIEWS)) {
    test(`${title} is accessible, in light and dark mode, and fits a phone`, async ({ page }) => {
      await page.goto(`/#/${path}`);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByText('Mail stays here').waitFor();
      await expectAccessible(page);
      await expectFits(page);
      await page.setViewportSize({ width: 360, height: 740 });
      await expectAccessible(page);
    });
  }
});

describe('the shell', () => {
  test('opens each view from the navigation with its title focused', async ({ page }) => {
    await page.goto('/');
    await page.getByRole('heading', { level: 1, name: 'Compose' }).waitFor();
    const navigation = page.getByRole('navigation', { name: 'Views' });
    for (const [path, title] of Object.entries(VIEWS).slice(1)) {
      await navigation.getByRole('link', { name: title }).click();
      await page.locator('h1:focus', { hasText: title }).waitFor();
      expect(page.url()).toContain(`#/${path}`);
      expect(await page.title()).toContain(title);
      expect(await navigation.locator('[aria-current=page]').textContent()).toContain(title);
    }
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  test('counts only emails that arrive after the page opens as new', async ({ browser }) => {
    const playground = await startPlayground();
    const { page, context } = await openWatchedPage(browser, playground.url);
    try {
      await page.goto('/');
      const link = page.getByRole('link', { name: 'Inbox' });
      await page.getByText('Mail stays here').waitFor();
      expect(await link.textContent()).toBe('Inbox');
      const body = { to: 'new@example.com', type: 'SignIn', payload: { code: '482913' } };
      await playground.call('/send/core', { body });
      await page.getByRole('link', { name: 'Inbox 1 new' }).waitFor();
    } finally {
      await context.close();
      await playground.stop();
    }
  });

  test('lets the first key press skip the navigation', async ({ page }) => {
    await page.goto('/#/inbox');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Skip to the content' }).press('Enter');
    await page.locator('main:focus').waitFor();
    expect(page.url()).toContain('#/inbox');
  });

  test('follows the color scheme of the system until you choose another', async ({ page }) => {
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto('/#/inbox');
    await page.getByRole('button', { name: 'Colors: system' }).click();
    await page.getByRole('button', { name: 'Colors: light' }).waitFor();
    await expect.poll(scheme).toBe('light');
    await page.reload();
    await page.getByRole('button', { name: 'Colors: light' }).waitFor();
    expect(await scheme()).toBe('light');
  });

  test('reports that the playground has ended', async ({ browser }) => {
    const playground = await startPlayground();
    const { page, context } = await openWatchedPage(browser, playground.url);
    try {
      await page.goto('/#/inbox');
      await page.getByText('Mail stays here').waitFor();
      await playground.stop();
      await page.getByText('Connection lost').waitFor();
    } finally {
      await context.close();
      await playground.stop();
    }
  });
});
