import { expectTypeOf, test } from 'vitest';
import type { MailHandlerOptions } from '../packages/http/dist/index.js';
import type {
  ListOptions,
  MailQueueOptions,
  StartOptions,
  StopOptions,
} from '../packages/queue/dist/index.js';
import type { FailoverOptions, RateLimitOptions, RetryOptions } from '../packages/resilience/dist/index.js';
import type { TemplatesOptions } from '../packages/templates/dist/index.js';
import type { ApiFault, ApiTrapOptions, SmtpTrapOptions } from '../packages/testing/dist/index.js';
import type { ApiTransportOptions } from '../packages/transport-http/dist/index.js';
import type { DiagnoseOptions, SmtpTransportOptions } from '../packages/transport-smtp/dist/index.js';
import type { StartRequest, VerificationOptions } from '../packages/verification/dist/index.js';

type OptionalKey<T> = {
  [Key in keyof T]-?: string extends Key ? never : Record<never, never> extends Pick<T, Key> ? Key : never;
}[keyof T];

/** Whether every optional key accepts `undefined` with exactOptionalPropertyTypes. */
type AcceptsUndefined<T> = T extends unknown
  ? { [Key in OptionalKey<T>]: undefined } extends Pick<T, OptionalKey<T>>
    ? true
    : false
  : never;

test('every optional field of an input accepts undefined', () => {
  expectTypeOf<AcceptsUndefined<MailHandlerOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<MailQueueOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<StartOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<StopOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ListOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<RetryOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<FailoverOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<RateLimitOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<TemplatesOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<SmtpTrapOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ApiTrapOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ApiFault>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ApiTransportOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<SmtpTransportOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<DiagnoseOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<VerificationOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<StartRequest>>().toEqualTypeOf<true>();
});
