import type { PayloadValue } from '@postern/core';

/** The maximum depth of a payload in `@postern/core`, including the payload itself. */
const MAX_DEPTH = 8;
const MAX_LENGTH = 100_000;

type PlainPayload = Record<string, PayloadValue>;

const isOrdinary = (value: object) => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Dates, URLs, and similar objects have a useful string form. */
function textOf(value: object): string | undefined {
  try {
    const text = isOrdinary(value) ? '[object Object]' : String(value);
    return text.startsWith('[object ') ? undefined : text;
  } catch {
    return undefined;
  }
}

function toPlain(value: unknown, depth: number): PayloadValue {
  switch (typeof value) {
    case 'string':
      return value.slice(0, MAX_LENGTH);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'function':
      return null;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value))
        return depth >= MAX_DEPTH ? [] : value.map((item) => toPlain(item, depth + 1));
      return textOf(value) ?? (depth >= MAX_DEPTH ? {} : toPlainObject(value, depth));
    }
  }
}

const toPlainObject = (value: object, depth: number): PlainPayload =>
  Object.fromEntries(Object.entries(value).map(([name, child]) => [name, toPlain(child, depth + 1)]));

/**
 * Converts a payload to plain data. Logto passes whole database rows, and values that templates cannot show must not prevent the
 * email from being sent.
 */
export const toPlainPayload = (payload: unknown): PlainPayload =>
  typeof payload === 'object' && payload !== null ? toPlainObject(payload, 0) : {};
