import { ConfigError, error } from './config-issue.js';
import { readWebUrl } from './web-url.js';

/**
 * @throws {ConfigError} unless the input is an https origin
 */
export function parseOtpOrigin(input: string): string {
  const url = readWebUrl(input);
  // Letters, digits, dots, and hyphens only, because the value becomes part of a quoted string.
  if (url?.protocol === 'https:' && /^[a-z0-9.-]+$/.test(url.hostname)) return url.origin;
  const message = 'otpOrigin must be an https origin, such as https://example.com';
  throw new ConfigError([error(['otpOrigin'], 'not_allowed', message)]);
}

/**
 * Formats `"123456"; origin="https://example.com"`, a structured field (RFC 9651) as in draft-goto-otp-token-01. Returns
 * `undefined` for a code that cannot be part of such a field.
 */
export function formatOtpToken(code: unknown, origin: string): string | undefined {
  if (typeof code !== 'string' || !/^[\x20-\x7e]+$/.test(code)) return undefined;
  return `"${code.replace(/["\\]/g, '\\$&')}"; origin="${origin}"`;
}
