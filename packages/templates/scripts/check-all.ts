/**
 * Checks every usage type in every language: valid HTML, complete templates, nothing cut off, and no violations in axe, at
 * both widths and in light and dark mode. Tests check a sample of them. Takes several minutes. Build first, then run it,
 * optionally with the languages to check:
 *
 *   npx --yes pnpm@12 --filter @postern/templates check-all en de
 */
import { checkTemplates, createTemplates, LOCALES, USAGE_TYPES } from '@postern/templates';
import { launchBrowser } from '../../../scripts/browser.ts';
import { findCut, findViolations, SCHEMES, showEmail, WIDTHS } from '../fixtures/browser-checks.ts';
import { findHtmlProblems } from '../fixtures/html-checks.ts';
import { createRenderer, SAMPLE_BRAND, sampleRequest } from '../fixtures/sample-emails.ts';

const chosen = process.argv.slice(2);
const locales = LOCALES.filter((locale) => chosen.length === 0 || chosen.includes(locale));
const templates = createTemplates({
  brand: { ...SAMPLE_BRAND, domain: 'acme.example' },
  locales,
  validForMs: { invitation: 7 * 86_400_000 },
});
const render = createRenderer(templates);

const problems = (await checkTemplates(templates, { locales, types: USAGE_TYPES })).map(
  ({ message }) => message,
);
const counts = { emails: 0, documents: 0, pages: 0, axe: 0, largest: 0 };
const report = (name: string, found: readonly string[]) =>
  problems.push(...found.map((problem) => `${name}: ${problem}`));

const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.route('**', (route) => route.abort());
  for (const locale of locales) {
    for (const type of USAGE_TYPES) {
      counts.emails += 1;
      for (const content of ['code', 'link', 'code and link'] as const) {
        const { html = '' } = await render(sampleRequest(type, locale, content));
        counts.documents += 1;
        counts.largest = Math.max(counts.largest, Buffer.byteLength(html));
        report(`${type} in ${locale}`, await findHtmlProblems(html));
      }
      const { html } = await render(sampleRequest(type, locale, 'code and link'));
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        for (const width of WIDTHS) {
          await showEmail(page, html, width);
          counts.pages += 1;
          report(`${type} in ${locale} at ${width} pixels`, await findCut(page));
          counts.axe += 1;
          report(`${type} in ${locale} at ${width} pixels, ${colorScheme}`, await findViolations(page));
        }
      }
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(
  `${counts.emails} emails in ${locales.length} languages, ${templates.length} templates\n` +
    `${counts.documents} documents checked by html-validate, the largest with ${counts.largest} bytes\n` +
    `${counts.pages} pages checked for cut content, and ${counts.axe} by axe\n` +
    `${problems.length} problems\n${problems.map((problem) => `  ${problem}\n`).join('')}`,
);
if (problems.length > 0) process.exitCode = 1;
