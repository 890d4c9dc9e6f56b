import { expect, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.ts';
import { startPlayground } from './fixtures/playground.ts';
import { openWatchedPage } from './fixtures/watched-page.ts';

test('a watched page reports errors, policy violations, and remote requests', async () => {
  const playground = await startPlayground();
  const browser = await launchBrowser();
  try {
    const { page, faults } = await openWatchedPage(browser, playground.url);
    await page.goto('/#/inbox');
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    expect(faults()).toEqual([]);

    await page.evaluate(() => {
      // biome-ignore lint/suspicious/noConsole: the page must report it
      console.error('something broke');
      setTimeout(() => {
        throw new Error('not caught');
      });
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red">not by style attributes</p>');
    });
    const firstLines = () => faults().map((fault) => fault.split('\n')[0]);
    await expect
      .poll(firstLines)
      .toEqual(
        expect.arrayContaining([
          'console: something broke',
          'exception: Error: not caught',
          'policy: style-src-attr inline',
        ]),
      );
    // After this navigation, the page reports nothing.
    await page.goto('http://elsewhere.invalid/').catch(() => undefined);
    await expect.poll(firstLines).toContain('request: http://elsewhere.invalid/');
  } finally {
    await browser.close();
    await playground.stop();
  }
});
