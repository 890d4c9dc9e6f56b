import { expectTypeOf, test } from 'vitest';
import type {
  CodePayload,
  CommonPayload,
  ConfigIssue,
  ConnectorConfig,
  Email,
  InspectOptions,
  InvitationPayload,
  Mailbox,
  MailErrorDetails,
  MailerConfig,
  MailerOptions,
  NoticePayload,
  OperationOptions,
  RequestContext,
  RequestContextInput,
  SendRequest,
  SendRequestInput,
  Template,
  TemplateOverride,
} from './index.js';

/** The keys that may be left out; an index signature is none. */
type OptionalKey<T> = {
  [Key in keyof T]-?: string extends Key ? never : Record<never, never> extends Pick<T, Key> ? Key : never;
}[keyof T];

/** Whether each of them may be `undefined`, too (exactOptionalPropertyTypes). */
type AcceptsUndefined<T> = T extends unknown
  ? { [Key in OptionalKey<T>]: undefined } extends Pick<T, OptionalKey<T>>
    ? true
    : false
  : never;

test('every optional input field accepts undefined', () => {
  expectTypeOf<AcceptsUndefined<MailerOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<MailerConfig>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ConnectorConfig>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<InspectOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<SendRequest>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<SendRequestInput>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<OperationOptions>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<Template>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<TemplateOverride>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<Email>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<Mailbox>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<MailErrorDetails>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<ConfigIssue>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<CodePayload>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<CommonPayload>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<InvitationPayload>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<NoticePayload>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<RequestContext>>().toEqualTypeOf<true>();
  expectTypeOf<AcceptsUndefined<RequestContextInput>>().toEqualTypeOf<true>();
});

test('detects an optional field that does not accept undefined', () => {
  expectTypeOf<AcceptsUndefined<{ a?: string }>>().toEqualTypeOf<false>();
  expectTypeOf<AcceptsUndefined<{ a: string; b?: string | undefined }>>().toEqualTypeOf<true>();
});
