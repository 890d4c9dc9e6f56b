import { parseSendRequest } from '@postern/core';
import { expect, test } from 'vitest';
import { toPlainPayload } from './plain-payload.js';

const accepted = (payload: unknown) =>
  parseSendRequest({ to: 'ada@example.com', type: 'SignIn', payload: toPlainPayload(payload) }).payload;

test.each([undefined, null, 'text', 7])('treats %s as a payload without variables', (payload) => {
  expect(accepted(payload)).toEqual({});
});

test('converts objects with a string form', () => {
  const at = new Date(0);
  class Name {
    toString() {
      return 'Ada';
    }
  }
  expect(accepted({ at, name: new Name(), url: new URL('https://example.com') })).toEqual({
    at: String(at),
    name: 'Ada',
    url: 'https://example.com/',
  });
});

test('drops or empties values that cannot be plain data', () => {
  class Broken {
    toString(): string {
      throw new Error('broken');
    }
  }
  const payload = { fn: () => 1, map: new Map([[1, 2]]), broken: new Broken(), big: 5n, sym: Symbol('s') };
  expect(accepted(payload)).toEqual({ fn: null, map: {}, broken: {}, big: '5', sym: 'Symbol(s)' });
});

test('cuts deep and circular values, and shortens long ones', () => {
  const self: Record<string, unknown> = { list: [] };
  self.self = self;
  const text = 'x'.repeat(200_000);
  const plain = accepted({ self, text });
  expect(plain).toMatchObject({ self: { self: { self: { list: [] } } } });
  expect(plain.text).toHaveLength(100_000);
});

test('does not change the payload', () => {
  const payload = Object.freeze({ user: Object.freeze({ name: 'Ada' }) });
  expect(toPlainPayload(payload)).toEqual(payload);
});
