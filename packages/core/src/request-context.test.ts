import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderWith } from '../fixtures/render-with.js';
import { type RequestContextInput, requestIdentity, type SendRequest } from './index.js';

const NOW = Date.UTC(2030, 10, 28, 19, 26);
const clock = { now: () => NOW };

/** Renders a template with a context, which can be the JSON of a request. */
const show = async (
  content: string,
  requestContext?: RequestContextInput,
  { locale, payload = {} }: { locale?: string; payload?: Record<string, string> } = {},
) => {
  const render = renderWith({ content, ...(locale && { locale }) }, { clock });
  const request = { requestContext, ...(locale && { locale }) } as Partial<SendRequest>;
  return (await render(payload, request)).text;
};

const CHROME = '(KHTML, like Gecko) Chrome/138.0.0.0';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('the device', () => {
  test.each([
    [`${WINDOWS} AppleWebKit/537.36 ${CHROME} Safari/537.36`, 'Chrome on Windows'],
    [`${WINDOWS} AppleWebKit/537.36 ${CHROME} Safari/537.36 Edg/138.0.0.0`, 'Edge on Windows'],
    [`${WINDOWS} AppleWebKit/537.36 ${CHROME} Safari/537.36 OPR/120.0.0.0`, 'Opera on Windows'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Windows'],
    [`${MAC} AppleWebKit/537.36 ${CHROME} Safari/537.36`, 'Chrome on macOS'],
    [`${MAC} ${WEBKIT} Version/18.5 Safari/605.1.15`, 'Safari on macOS'],
    [`${MAC} AppleWebKit/537.36 ${CHROME} YaBrowser/25.6.0.0 Safari/537.36`, 'Yandex on macOS'],
    [`${MAC} ${WEBKIT} Version/18.5 Safari/605.1.15 Ddg/18.5`, 'DuckDuckGo on macOS'],
    [`${IPHONE} ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
    [`${IPHONE} ${WEBKIT} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1`, 'Chrome on iPhone'],
    [`${IPHONE} ${WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'Firefox on iPhone'],
    [`${IPHONE} ${WEBKIT} Version/18.0 EdgiOS/138.0 Mobile/15E148 Safari/604.1`, 'Edge on iPhone'],
    [`Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) ${WEBKIT} Version/16.7 Mobile/15E148 Safari/604.1`, 'Safari on iPad'],
    [`${ANDROID} AppleWebKit/537.36 ${CHROME} Mobile Safari/537.36`, 'Chrome on Android'],
    [`${ANDROID} AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 'Samsung Internet on Android'],
    ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox on Android'],
    [`Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ${CHROME} Safari/537.36`, 'Chrome on Linux'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 ${CHROME} Safari/537.36`, 'Chrome on ChromeOS'],
    ['Acme/3.1 (iPhone; iOS 18.5)', 'iPhone'],
    ['Mozilla/5.0 Firefox/140.0', 'Firefox'],
  ])('is read from %s', async (userAgent, device) => {
    expect(await show('{{request.device}}', { userAgent })).toBe(device);
  }); // biome-ignore format: a list

  test('has the browser and the system, for other languages', async () => {
    const userAgent = `${WINDOWS} AppleWebKit/537.36 ${CHROME} Safari/537.36`;
    expect(await show('{{request.browser}} auf {{request.system}}', { userAgent })).toBe(
      'Chrome auf Windows',
    );
  });

  test('can be passed instead', async () => {
    const content = '{{request.device}}{{#if request.system}} {{request.system}}{{/if}}';
    expect(await show(content, { device: 'Pixel 9 (Android 16)', userAgent: WINDOWS })).toBe(
      'Pixel 9 (Android 16)',
    );
  });

  test.each(['curl/8.5.0', '', 'x'.repeat(100_000)])(
    'is not shown if the header names none: %.20s',
    async (userAgent) => {
      expect(await show('{{#if request.device}}{{request.device}}{{else}}-{{/if}}', { userAgent })).toBe('-');
    },
  );

  test('is one of the known names, whatever the header contains', async () => {
    const tokens = [
      'Chrome/',
      'Safari/',
      'Version/1 ',
      'Windows',
      'iPhone',
      'Edg/',
      'Firefox/',
      '<b>',
      'evil.example',
      '\u202e',
    ];
    const userAgents = fc.array(fc.oneof(fc.constantFrom(...tokens), fc.string()), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(userAgents, async (parts) => {
        const shown = await show('{{#if request.device}}{{request.device}}{{/if}}', {
          userAgent: parts.join(' '),
        });
        expect(shown).toMatch(
          /^(?:[A-Za-z ]{0,16}(?: on (?:Windows|iPhone|iPad|Android|ChromeOS|macOS|Linux))?)$/,
        );
        expect(shown).not.toContain('evil');
      }),
      { numRuns: 100 },
    );
  });
});

describe('the place', () => {
  test.each([
    ['Berlin, Germany', 'Berlin, Germany'],
    ['São Paulo', 'São Paulo'],
    ['東京都', '東京都'],
    ['Saint-Louis-du-Ha! Ha!', undefined],
    ["L'Aquila", "L'Aquila"],
    ['6th of October City', '6th of October City'],
    ['St. Gallen', 'St. Gallen'],
    [' Berlin\n', 'Berlin'],
    ['www.evil.example', 'www.\u200aevil.\u200aexample'],
    ['https://evil.example', undefined],
    ['evil.example/x', undefined],
    ['ada@evil.example', undefined],
    ['Call 1-800-555-0100', undefined],
    ['Call ٠٣٠١٢٣٤٥٦٧', undefined],
    ['<b>Berlin</b>', undefined],
    ['Berlin\u202e', 'Berlin'],
    ['x'.repeat(101), undefined],
    ['x'.repeat(100_000), undefined],
    [`Berlin${'\u200d'.repeat(1000)}<`, 'Berlin'],
  ])('%j becomes %j', async (place, shown) => {
    expect(await show('{{#if request.place}}{{request.place}}{{else}}-{{/if}}', { place })).toBe(
      shown ?? '-',
    );
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['evil.example', '-'],
  ['203.0.113.7, 10.0.0.1', '-'],
])('the IP address %s becomes %s', async (ip, shown) => {
  expect(await show('{{#if request.ip}}{{request.ip}}{{else}}-{{/if}}', { ip })).toBe(shown);
});

describe('the time', () => {
  const time = '2030-11-28T19:26:00Z';

  test.each([
    ['en', 'Europe/Berlin', 'November 28, 2030 at 8:26 PM GMT+1'],
    ['en', undefined, 'November 28, 2030 at 7:26 PM UTC'],
    ['en', 'Mars/Olympus_Mons', 'November 28, 2030 at 7:26 PM UTC'],
    ['en', 'x'.repeat(100_000), 'November 28, 2030 at 7:26 PM UTC'],
    ['de', 'Europe/Berlin', '28. November 2030 um 20:26 MEZ'],
    ['ja', 'Asia/Tokyo', '2030年11月29日 4:26 JST'],
  ])('in %s and %.20s is %s', async (locale, timeZone, shown) => {
    const text = await show('{{request.time}}', { time, timeZone }, { locale });
    expect(text.replace(/\s/g, ' ')).toBe(shown);
  });

  test('is the time of rendering if the context has none', async () => {
    expect(await show('{{request.timestamp}} {{request.timeZone}}', {})).toBe('2030-11-28T19:26:00.000Z UTC');
  });

  test('can be shown in another language', async () => {
    const content = '{{date request.timestamp "de" request.timeZone}}';
    expect(await show(content, { time, timeZone: 'Asia/Tokyo' })).toBe('29. November 2030 um 04:26 GMT+9');
  });
});

describe('without a context', () => {
  test('the variable request is empty', async () => {
    expect(await show('{{#if request}}yes{{else}}no{{/if}}')).toBe('no');
  });

  test('a payload may have its own variable of this name', async () => {
    expect(await show('{{request}}', undefined, { payload: { request: 'Refund' } })).toBe('Refund');
  });
});

test('two requests for the same email may come from different devices', () => {
  const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } } as const;
  expect(requestIdentity({ ...request, requestContext: { ip: '203.0.113.7' } })).toBe(
    requestIdentity(request),
  );
});

describe('date', () => {
  test.each([
    ['2030-12-31', 'December 31, 2030'],
    ['2030-12-31T23:30:00Z', 'January 1, 2031 at 12:30 AM GMT+1'],
    ['2030-12-31T23:30:00.5+01:00', 'December 31, 2030 at 11:30 PM GMT+1'],
    ['next week', 'next week'],
    ['2030-13-45', '2030-13-45'],
    ['2030', '2030'],
  ])('shows %s as %s', async (at, shown) => {
    const text = await show('{{date at "en" "Europe/Berlin"}}', undefined, { payload: { at } });
    expect(text.replace(/\s/g, ' ')).toBe(shown);
  });
});

describe('the recipient', () => {
  const shownTo = async (to: string) =>
    (await renderWith({ content: '{{address recipient}}' })({}, { to })).text;

  test.each(['ada@example.com', 'ada.lovelace+postern@mail.example.co.uk', 'jürgen@example.com'])(
    'is shown as it is: %s',
    async (to) => expect(await shownTo(to)).toBe(to),
  );

  test.each([
    ['victim+www.evil.example@example.com', 'victim+www.\u200aevil.\u200aexample(at)example.\u200acom'],
    ['evil.example/login@example.com', 'evil.\u200aexample/login(at)example.\u200acom'],
  ])('of %s cannot become a web link', async (to, shown) => {
    expect(await shownTo(to)).toBe(shown);
  });
});
