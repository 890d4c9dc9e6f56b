/** The browser and the system of a request. */
export interface Device {
  browser?: string | undefined;
  system?: string | undefined;
}

type Names = readonly (readonly [name: string, token: RegExp])[];

/**
 * The first match counts, because a `User-Agent` also contains the tokens of the browsers and systems that it is compatible
 * with.
 *
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/User-Agent
 */
const BROWSERS: Names = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOP(?:R|T|X|iOS)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Yandex', /\bYaBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['DuckDuckGo', /\b(?:DuckDuckGo|Ddg)\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//],
];

const SYSTEMS: Names = [
  ['Windows', /\bWindows\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
];

/** Longer than the header of any browser. */
const MAX_LENGTH = 1000;

/**
 * Reads the browser and the system from a `User-Agent` header. Both are names of the lists above, so the header cannot add
 * text to an email.
 */
export function readDevice(userAgent: string): Device {
  const read = userAgent.slice(0, MAX_LENGTH);
  const find = (names: Names) => names.find(([, token]) => token.test(read))?.[0];
  return { browser: find(BROWSERS), system: find(SYSTEMS) };
}
