import { ConfigError, error } from './config-issue.js';
import { readWebUrl } from './web-url.js';

/**
 * @throws {ConfigError} for anything but an https origin
 */
export function parseOtpOrigin(input: string): string {
  const url = readWebUrl(input);
  // Letters, digits, dots and hyphens only: the value goes into a quoted string.
  if (url?.protocol === 'https:' && /^[a-z0-9.-]+$/.test(url.hostname)) return url.origin;
  const message = 'otpOrigin has to be an https origin, such as https://example.com';
  throw new ConfigError([error(['otpOrigin'], 'not_allowed', message)]);
}

/**
 * `"123456"; origin="https://example.com"`: a structured field (RFC 9651), as draft-goto-otp-token-01 has it.
 * `undefined` for a code that such a field can't hold.
 */
export function formatOtpToken(code: unknown, origin: string): string | undefined {
  if (typeof code !== 'string' || !/^[\x20-\x7e]+$/.test(code)) return undefined;
  return `"${code.replace(/["\\]/g, '\\$&')}"; origin="${origin}"`;
}
