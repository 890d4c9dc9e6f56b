import { describe, expect, test } from 'vitest';
import { parseSendRequest } from './index.js';

const request = (more: object = {}) => ({
  to: 'ada@example.com',
  type: 'SignIn',
  payload: { code: '482913' },
  ...more,
});

describe('a request from an external source', () => {
  test('is checked once and is frozen', () => {
    const parsed = parseSendRequest(request());
    expect(parseSendRequest(parsed)).toBe(parsed);
    expect(Object.isFrozen(parsed)).toBe(true);
  });

  test.each([
    ['an ISO 8601 time', '2030-01-01T00:00:00Z'],
    ['milliseconds', Date.UTC(2030, 0, 1)],
    ['a Date', new Date('2030-01-01T00:00:00Z')],
  ])('expiresAt may be %s', (_name, expiresAt) => {
    expect(parseSendRequest(request({ expiresAt })).expiresAt).toEqual(new Date('2030-01-01T00:00:00Z'));
  });

  test('null means not set, as in JSON', () => {
    const unset = { locale: null, ip: null, expiresAt: null, idempotencyKey: null, requestContext: null };

    expect(parseSendRequest(request(unset))).toEqual(request());
  });

  test.each<[change: object, code: string, message: string]>([
    [
      { to: 5 },
      'recipient_invalid',
      'The recipient is not a valid address: to must be a string with exactly one address.',
    ],
    [
      { to: ['a@x.com'] },
      'recipient_invalid',
      'The recipient is not a valid address: to must be a string with exactly one address.',
    ],
    [
      { type: '' },
      'payload_invalid',
      'The send request is not valid: type is empty: pass a usage type, such as "SignIn".',
    ],
    [
      { payload: 'x' },
      'payload_invalid',
      'The send request is not valid: payload must be an object with the variables of the template.',
    ],
    [
      { payload: { a: { at: new Date() } } },
      'payload_invalid',
      'The send request is not valid: payload.a.at is a Date: convert it to a string.',
    ],
    [
      { payload: { a: () => 1 } },
      'payload_invalid',
      'The send request is not valid: payload.a is a function: convert it to a string.',
    ],
    [
      { payload: { a: Symbol.iterator } },
      'payload_invalid',
      'The send request is not valid: payload.a is a symbol: convert it to a string.',
    ],
    [
      { payload: { a: [[[[[[[[[1]]]]]]]]] } },
      'payload_invalid',
      'The send request is not valid: payload.a.0.0.0.0.0.0.0.0 is nested deeper than 8 levels.',
    ],
    [
      { expiresAt: 'soon' },
      'payload_invalid',
      'The send request is not valid: expiresAt must be a Date, an ISO 8601 string, or a number of milliseconds since the epoch.',
    ],
    [
      { expiresAt: false },
      'payload_invalid',
      'The send request is not valid: expiresAt must be a Date, an ISO 8601 string, or a number of milliseconds since the epoch.',
    ],
    [
      { requestContext: { time: 'now', userAgent: 5 } },
      'payload_invalid',
      'The send request is not valid: requestContext.userAgent must be a string; requestContext.time must be a Date, an ISO 8601 string, or a number of milliseconds since the epoch.',
    ],
    [
      { requestContext: 'Berlin' },
      'payload_invalid',
      'The send request is not valid: requestContext must be an object with userAgent, device, ip, place, time, and timeZone, all optional.',
    ],
    [{ idempotencyKey: '' }, 'payload_invalid', 'The send request is not valid: idempotencyKey is empty.'],
    [
      { to: undefined, type: 5, locale: 5 },
      'payload_invalid',
      'The send request is not valid: to must be a string with exactly one address; type must be a usage type, such as "SignIn"; locale must be a string, such as "en" or "pt-BR".',
    ],
  ])('%o is refused', (change, code, message) => {
    expect(() => parseSendRequest(request(change))).toThrow(expect.objectContaining({ code, message }));
  });

  test.each([undefined, null, 'x', []])('%j instead of a request is refused', (input) => {
    expect(() => parseSendRequest(input)).toThrow(
      'The send request is not valid: the request must be an object with to, type, and payload.',
    );
  });
});
