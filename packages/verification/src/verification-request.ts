import {
  type AcceptedLocales,
  type CommonPayload,
  functionSchema,
  MailError,
  type RequestContext,
  readWebUrl,
  type UsageType,
} from '@postern/core';
import * as z from 'zod';
import { type ClientAddress, NO_CLIENT } from './client.js';

export interface StartRequest {
  /** The address as the person typed it. The email goes to the result of `parseRecipient`. */
  to: string;
  /** The usage type. It selects the template, and the code is valid only for this type. */
  type: UsageType;
  method: 'code' | 'link';
  /**
   * The client's IP address for the limit per client network, from the socket or from a proxy that you trust. Clients
   * without an address share one limit. Pass {@link NO_CLIENT} for a call without a client.
   */
  ip?: ClientAddress | undefined;
  /** A BCP 47 tag, the value of an `Accept-Language` header, or a list of them. */
  locale?: AcceptedLocales | undefined;
  /** Additional variables of the template. `code` or `link` is added to them. */
  payload?: CommonPayload | undefined;
  /** The browser, location, time, and IP address that the email shows. */
  requestContext?: RequestContext | undefined;
  /**
   * The `redirectTo` in the result of `check` and `consumeLink`: an absolute URL of an origin in `policy.redirectOrigins`. It
   * is stored encrypted, and only the code or link opens it.
   */
  redirectTo?: string | undefined;
  /**
   * Replaces a link before it is sent, such as with the `protect` method of a link guard. A `code` in the result is sent in
   * the same email. It also runs with `deliver: false`.
   */
  protectLink?:
    | ((
        link: string,
        validity: { readonly expiresAt: Date },
      ) => Promise<{ readonly link: string; readonly code?: string | undefined }>)
    | undefined;
  /**
   * Whether to send the email. Pass `false` for an address without an account, so that its responses are the same as for an
   * address with an account.
   * @default true
   */
  deliver?: boolean | undefined;
  /**
   * Makes `start` resolve as soon as the code is stored. The callback receives the promise of the send, which never rejects.
   * Keep the process alive until it resolves, such as with `(sending) => context.waitUntil(sending)`. With
   * `deliver: false`, the callback receives a promise, too, so that both cases look the same.
   *
   * @default `start` waits for the mail server, and throws if the email cannot be sent
   */
  waitUntil?: ((sending: Promise<void>) => void) | undefined;
  /** Aborts the send. With `waitUntil`, don't pass the signal of the request, which may abort after the response. */
  signal?: AbortSignal | undefined;
}

export interface CheckRequest {
  to: string;
  type: UsageType;
  /** The code as the person typed it. */
  code: string;
  /** The client's IP address, as in {@link StartRequest}. It limits the wrong codes of one client for all addresses. */
  ip?: ClientAddress | undefined;
}

export interface CancelRequest {
  to: string;
  type: UsageType;
}

const text = (name: string, atMost: number) =>
  z.string(`${name} must be a string`).min(1, `${name} must not be empty`).max(atMost, `${name} is too long`);

/** Any text is valid. Clients with text that is not an IP address share the limit of clients without an address. */
const ip = z
  .custom<ClientAddress>(
    (value) => value === null || value === NO_CLIENT || typeof value === 'string',
    'ip must be an IP address, or NO_CLIENT for a call without a client',
  )
  .optional();

const subjectShape = {
  to: z.string('to must be a string with exactly one address'),
  type: text('type', 200),
};

export const startRequestSchema = z.object({
  ...subjectShape,
  method: z.enum(['code', 'link'], "method must be 'code' or 'link'"),
  ip,
  redirectTo: text('redirectTo', 4000).optional(),
  protectLink: functionSchema<NonNullable<StartRequest['protectLink']>>(
    'protectLink must be a function',
  ).optional(),
  deliver: z.boolean('deliver must be true or false').default(true),
  waitUntil: functionSchema<NonNullable<StartRequest['waitUntil']>>(
    'waitUntil must be a function',
  ).optional(),
});
export const checkRequestSchema = z.object({ ...subjectShape, code: text('code', 200), ip });
export const cancelRequestSchema = z.object(subjectShape);
export const tokenSchema = z.string('the token must be a string');

export const refuse = (problem: string): MailError =>
  new MailError('payload_invalid', `The request is not valid: ${problem}.`, { stage: 'payload' });

/** @throws {MailError} `payload_invalid`. Its message never contains a value */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map(({ message }) => message).join('; '));
}

/** Returns the normalized URL, or `undefined` if it is not an absolute URL of an allowed origin. */
export function allowedRedirect(redirectTo: string, origins: readonly string[]): string | undefined {
  const url = readWebUrl(redirectTo);
  return url && origins.includes(url.origin) ? url.href : undefined;
}

/** @throws {MailError} `payload_invalid` if it is not an absolute URL of an allowed origin */
export function readRedirect(redirectTo: string, origins: readonly string[]): string {
  const allowed = allowedRedirect(redirectTo, origins);
  if (allowed !== undefined) return allowed;
  throw refuse('redirectTo must be an absolute URL of an origin in policy.redirectOrigins');
}
