import { parseSendRequest } from '@postern/core';
import { expect, test } from 'vitest';
import { toPlainPayload } from './plain-payload.js';

const accepted = (payload: unknown) =>
  parseSendRequest({ to: 'ada@example.com', type: 'SignIn', payload: toPlainPayload(payload) }).payload;

test.each([undefined, null, 'text', 7])('%s is a payload without variables', (payload) => {
  expect(accepted(payload)).toEqual({});
});

test('what says itself what it is becomes that text', () => {
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

test('what can’t be plain is left out or emptied', () => {
  class Broken {
    toString(): string {
      throw new Error('broken');
    }
  }
  const payload = { fn: () => 1, map: new Map([[1, 2]]), broken: new Broken(), big: 5n, sym: Symbol('s') };
  expect(accepted(payload)).toEqual({ fn: null, map: {}, broken: {}, big: '5', sym: 'Symbol(s)' });
});

test('what is too deep or refers to itself is cut, what is too long shortened', () => {
  const self: Record<string, unknown> = { list: [] };
  self.self = self;
  const text = 'x'.repeat(200_000);
  const plain = accepted({ self, text });
  expect(plain).toMatchObject({ self: { self: { self: { list: [] } } } });
  expect(plain.text).toHaveLength(100_000);
});

test('the payload itself stays as it was', () => {
  const payload = Object.freeze({ user: Object.freeze({ name: 'Ada' }) });
  expect(toPlainPayload(payload)).toEqual(payload);
});
