import type { OtpTokenFacts } from './wire/inbox.js';

/** `"123456"; origin="https://example.com"`: an item with a parameter (RFC 9651). */
const FIELD = /^"((?:[^"\\]|\\.)*)"(?:\s*;\s*origin="([^"]*)")?/;

/** Parses the OTP-Token header. */
export function readOtpToken(value: string | undefined): OtpTokenFacts | undefined {
  if (value === undefined) return undefined;
  const [, code, origin] = FIELD.exec(value.trim()) ?? [];
  return {
    value,
    ...(code !== undefined && { code: code.replace(/\\(.)/g, '$1') }),
    ...(origin !== undefined && { origin }),
  };
}
