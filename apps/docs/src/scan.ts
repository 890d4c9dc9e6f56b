import type { Browser, Locator, Page } from 'playwright-core';

/** What a scanner found behind a link. */
export interface Scan {
  /** The status of a request without a browser, by method. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The visible and accessible content of each page, in the order of the visits. */
  readonly pages: readonly string[];
  /** The labels of the buttons and links that the scanner clicked, in order. */
  readonly clicks: readonly string[];
}

const SAFE_METHODS = ['HEAD', 'GET', 'OPTIONS'];
const METHODS = [...SAFE_METHODS, 'POST'];
const ACTIONS = 'button, input[type=submit], a[href]';

/**
 * Does everything that scanners are known to do, in a new browser context. It requests the link with several methods and
 * renders it with scripts. On each page, it submits every form, clicks every button, and follows every link.
 *
 * @param isCautious leaves out everything that sends a POST request, as most scanners do
 */
export async function scan(browser: Browser, link: string, isCautious = false): Promise<Scan> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const statuses: Record<string, number> = {};
  const actions = isCautious ? 'a[href]' : ACTIONS;
  for (const method of isCautious ? SAFE_METHODS : METHODS) {
    const response = await page.request.fetch(link, { method });
    statuses[method] = response.status();
  }

  const pages: string[] = [];
  const clicks: string[] = [];
  const seen = new Set<string>();

  /** Repeats the clicks that lead to a page, and then tries each action on it. */
  async function explore(path: readonly number[]): Promise<void> {
    await page.goto(link, { waitUntil: 'networkidle' });
    for (const index of path) await click(page.locator(actions).nth(index));
    const text = await page.locator('body').ariaSnapshot();
    const state = `${page.url()}\n${text}`;
    if (seen.has(state)) return;
    seen.add(state);
    pages.push(text);
    if (!isCautious) await submitForms(page);
    const labels = await page.locator(actions).allInnerTexts();
    for (const [index, label] of labels.entries()) {
      clicks.push(label);
      await explore([...path, index]);
    }
  }

  await explore([]);
  await context.close();
  return { statuses, pages, clicks };
}

/** The page may have changed since the last visit, because the scanner redeemed the link. */
async function click(action: Locator): Promise<void> {
  if ((await action.count()) === 0) return;
  await action.click();
  await action.page().waitForLoadState('networkidle');
}

/** Submits the forms with the values that they have, even if the browser would ask for more. */
async function submitForms(page: Page): Promise<void> {
  const forms = await page.locator('form').evaluateAll((elements) =>
    elements.map((element) => {
      const { action, method } = element as HTMLFormElement;
      const fields = Array.from(new FormData(element as HTMLFormElement), ([name, value]) => [
        name,
        String(value),
      ]);
      return { action, method, fields: Object.fromEntries(fields) as Record<string, string> };
    }),
  );
  for (const { action, method, fields } of forms)
    await page.request.fetch(action, { method, [method === 'post' ? 'form' : 'params']: fields });
}
