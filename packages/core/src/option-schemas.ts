import * as z from 'zod';
import type { Clock } from './clock.js';
import { type Logger, withoutErrors } from './logger.js';
import type { Transport } from './transport.js';

const isFunction = (value: unknown) => typeof value === 'function';

/**
 * A schema for an object of the application, such as a logger. The object must have these methods and is not copied.
 *
 * @param what - a description with an article: `a logger, such as console`
 */
export const objectWithMethods = <T extends object>(what: string, ...methods: (keyof T & string)[]) =>
  z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((name) => isFunction(Reflect.get(value, name))),
    `must be ${what}`,
  );

/** A schema for a function of the application. */
export const functionSchema = <T>(message = 'must be a function') => z.custom<T>(isFunction, message);

/** A schema for the `logger` option. The parsed logger never throws. */
export const loggerSchema = objectWithMethods<Logger>(
  'a logger, such as console',
  ...(['debug', 'info', 'warn', 'error'] as const),
).transform(withoutErrors);

/** A schema for the `clock` option. */
export const clockSchema = objectWithMethods<Clock>('a clock with a now method', 'now');

/** A schema for a transport. */
export const transportSchema = objectWithMethods<Transport>(
  'a transport, such as createSmtpTransport(…)',
  ...(['send', 'verify', 'close'] as const),
);
