import { expect, test } from 'vitest';
import { launchBrowser } from './fixtures/browser.ts';
import { startPlayground } from './fixtures/playground.ts';
import { openWatchedPage } from './fixtures/watched-page.ts';

test('a watched page tells of errors, violations of the policy, and requests that leave the machine', async () => {
  const playground = await startPlayground();
  const browser = await launchBrowser();
  try {
    const { page, faults } = await openWatchedPage(browser, playground.url);
    await page.goto('/#/inbox');
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
    expect(faults()).toEqual([]);

    await page.evaluate(() => {
      // biome-ignore lint/suspicious/noConsole: what is looked for
      console.error('something broke');
      setTimeout(() => {
        throw new Error('nobody caught it');
      });
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red">not by style attributes</p>');
    });
    await page.goto('http://elsewhere.invalid/').catch(() => undefined);
    await expect
      .poll(() => faults().map((fault) => fault.split('\n')[0]))
      .toEqual(
        expect.arrayContaining([
          'console: something broke',
          'exception: Error: nobody caught it',
          'policy: style-src-attr inline',
          'request: http://elsewhere.invalid/',
        ]),
      );
  } finally {
    await browser.close();
    await playground.stop();
  }
});
