import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './browser.ts';

test('the browser shows a page', async () => {
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.setContent('<h1>Hello</h1>');
  expect(await page.textContent('h1')).toBe('Hello');
});
