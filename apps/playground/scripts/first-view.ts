/**
 * Measures the time until the first view is usable in a browser with an empty cache, and how much it loads. Build first,
 * then run:
 *
 *   npx --yes pnpm@12 --filter @postern/playground first-view
 */
import { launchBrowser } from '../../../scripts/browser.ts';
import { startPlayground } from '../e2e/fixtures/playground.ts';

const RUNS = 15;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

const playground = await startPlayground();
const browser = await launchBrowser();
const runs: { ms: number; requests: number; bytes: number }[] = [];
try {
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext({ baseURL: playground.url });
    const page = await context.newPage();
    await page.goto('/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    runs.push(
      await page.evaluate(() => {
        // The view is visible after its script has run.
        const [paint] = performance.getEntriesByName('first-contentful-paint');
        const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
        return {
          ms: Math.max(paint?.startTime ?? 0, ...resources.map(({ responseEnd }) => responseEnd)),
          requests: resources.length + 1,
          bytes: resources.reduce((total, { transferSize }) => total + transferSize, 0),
        };
      }),
    );
    await context.close();
  }
} finally {
  await browser.close();
  await playground.stop();
}
const times = runs.map(({ ms }) => ms);
process.stdout.write(
  `First view: ${Math.round(median(times))} ms (median of ${RUNS}, slowest ${Math.round(Math.max(...times))} ms), ` +
    `${runs[0]?.requests} requests, ${Math.round((runs[0]?.bytes ?? 0) / 1000)} KB as sent\n`,
);
