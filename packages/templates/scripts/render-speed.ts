/**
 * Measures how many emails per second one core renders, with the same code as sending. Build first, then run:
 *
 *   npx --yes pnpm@12 --filter @postern/templates render-speed
 */
import { createTemplates, LOCALES, USAGE_TYPES } from '@postern/templates';
import { createRenderer, SAMPLE_BRAND, sampleRequest } from '../fixtures/sample-emails.ts';

const LEAST_PER_SECOND = 5_000;
const RENDERS = 20_000;

const started = performance.now();
const templates = createTemplates({ brand: SAMPLE_BRAND });
const created = performance.now();
const render = createRenderer(templates);
const requests = LOCALES.flatMap((locale) =>
  USAGE_TYPES.map((type) => sampleRequest(type, locale, 'code and link')),
);
// Each template is compiled on first use.
for (const request of requests) await render(request);
const compiled = performance.now();
for (let count = 0; count < RENDERS; count += requests.length)
  for (const request of requests) await render(request);
const seconds = (performance.now() - compiled) / 1000;
const perSecond = (Math.ceil(RENDERS / requests.length) * requests.length) / seconds;

const lines = [
  `createTemplates: ${templates.length} templates in ${(created - started).toFixed(0)} ms`,
  `first use: ${requests.length} templates compiled in ${(compiled - created).toFixed(0)} ms`,
  `then: ${perSecond.toFixed(0)} renders per second`,
];
process.stdout.write(`${lines.join('\n')}\n`);
if (perSecond < LEAST_PER_SECOND) process.exitCode = 1;
