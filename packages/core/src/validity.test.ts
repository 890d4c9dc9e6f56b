import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderWith } from '../fixtures/render-with.js';

const NOW = Date.UTC(2030, 0, 1);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const content = '{{validFor}}|{{expiresInMinutes}}|{{expiresInSeconds}}';

/** What a template says at `now` of an email that expires `ms` after NOW. */
const show = async (
  ms: number,
  { locale, now = NOW, text = content }: { locale?: string; now?: number; text?: string } = {},
) => {
  const render = renderWith({ content: text, ...(locale && { locale }) }, { clock: { now: () => now } });
  return (await render({}, { expiresAt: new Date(NOW + ms), ...(locale && { locale }) })).text;
};

describe('the validity of an email', () => {
  test.each([
    [10 * MINUTE, '10 minutes|10|600'],
    [MINUTE, '1 minute|1|60'],
    [10 * MINUTE - 1, '10 minutes|10|600'],
    [10 * MINUTE - SECOND, '9 minutes|9|599'],
    [59 * SECOND, '50 seconds|0|59'],
    [7 * SECOND, '7 seconds|0|7'],
    [90 * MINUTE, '90 minutes|90|5400'],
    [HOUR, '1 hour|60|3600'],
    [2 * HOUR, '2 hours|120|7200'],
    [DAY, '1 day|1440|86400'],
    [DAY - SECOND, '23 hours|1439|86399'],
    [7 * DAY - SECOND, '6 days|10079|604799'],
    [-MINUTE, '0 seconds|0|0'],
  ])('is the remaining part of %i ms', async (ms, shown) => {
    expect(await show(ms)).toBe(shown);
  });

  test('is never longer than the remaining time', async () => {
    const seconds = { second: 1, minute: 60, hour: 3600, day: 86_400 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 * DAY }), async (ms) => {
        const [, amount, unit] =
          /^([\d,]+) (second|minute|hour|day)s?$/.exec(await show(ms, { text: '{{validFor}}' })) ?? [];
        const said = Number(amount?.replaceAll(',', '')) * seconds[unit as keyof typeof seconds];
        expect(said).toBeLessThanOrEqual(Math.ceil(ms / 1000));
        expect(said).toBeGreaterThan(0);
      }),
    );
  });

  test('is computed when the email is rendered', async () => {
    expect(await show(10 * MINUTE, { now: NOW + 4 * MINUTE + 1 })).toBe('6 minutes|6|360');
    expect(await show(10 * MINUTE, { now: NOW + 4 * MINUTE + 2000 })).toBe('5 minutes|5|358');
  });

  test.each([
    ['de', '10 Minuten'],
    ['fr', '10 minutes'],
    ['ja', '10 分'],
    ['ar', '10 دقائق'],
    ['pl', '10 minut'],
  ])('is shown in the language of the template: %s', async (locale, shown) => {
    expect((await show(10 * MINUTE, { locale, text: '{{validFor}}' })).replaceAll('\u00a0', ' ')).toBe(shown);
  });

  test('can be shown in any language', async () => {
    expect(
      await show(2 * HOUR, {
        text: '{{duration expiresInSeconds "de"}}, {{duration expiresInSeconds "??"}}',
      }),
    ).toBe('2 Stunden, 2 hours');
  });

  test('can be overridden by the payload', async () => {
    const render = renderWith({ content }, { clock: { now: () => NOW }, missingVariable: 'empty' });
    const request = { expiresAt: new Date(NOW + 10 * MINUTE) };
    expect((await render({ validFor: 'a while' }, request)).text).toBe('a while|10|');
    expect((await render({ expiresInMinutes: 3 }, request)).text).toBe('3 minutes|3|180');
    expect((await render({ expiresInSeconds: 30 }, request)).text).toBe('30 seconds|0|30');
    expect((await render({ validFor: undefined, expiresInMinutes: null }, request)).text).toBe(
      '10 minutes|10|600',
    );
  });

  test('is missing without expiresAt', async () => {
    const render = renderWith({ content: '{{#if validFor}}for {{validFor}}{{else}}soon{{/if}}' });
    expect((await render({})).text).toBe('soon');
  });
});
