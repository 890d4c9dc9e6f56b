import * as z from 'zod';
import type { AcceptedLocales } from './locale.js';
import { MailError } from './mail-error.js';
import { type PayloadByType, type PayloadValue, payloadSchema, type UsageType } from './payload.js';

interface SendRequestOf<Type, Payload> {
  /** Exactly one address. */
  to: string;
  /** The usage type; it chooses the template. */
  type: Type;
  /** The template's variables. */
  payload: Payload;
  /**
   * The reader's language: a BCP 47 tag (`zh_CN` and the like are understood), the value of an `Accept-Language` header, or a
   * list of them. The best template for it is picked, as by `pickLocale`.
   * @default the config's defaultLocale
   */
  locale?: AcceptedLocales | undefined;
  /** The address the request came from; for the log. */
  ip?: string | undefined;
  /** After this moment the email is not sent any more. */
  expiresAt?: Date | undefined;
  /** Requests with the same key carry the same `Message-ID`, so that receivers can drop the second. */
  idempotencyKey?: string | undefined;
}

/** Asks for one email to one person. A wrong payload for a usage type does not compile. */
export type SendRequest<Type extends UsageType = UsageType> = {
  [T in Type]: SendRequestOf<T, PayloadByType[T]>;
}[Type];

/** A request of whatever usage type, once it was checked. */
export type CheckedSendRequest = SendRequestOf<string, Record<string, PayloadValue>>;

const EXPIRES_AT = 'expiresAt has to be a Date, an ISO 8601 time or milliseconds';

/** JSON has no `undefined`, so what is not set is often `null` there. */
const nullAsUnset = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/**
 * Checks a request from outside (an HTTP body, a queue). `expiresAt` may be a Date, an ISO 8601 string or
 * milliseconds since the epoch.
 */
export const sendRequestSchema = z.object(
  {
    to: z.string('to has to be text, exactly one address'),
    type: z
      .string('type has to be text, a usage type such as SignIn')
      .min(1, 'type is empty, write a usage type such as SignIn'),
    payload: payloadSchema,
    locale: nullAsUnset(
      z.union(
        [z.string(), z.array(z.string()).readonly()],
        'locale must be a string, such as "en" or "pt-BR"',
      ),
    ),
    ip: nullAsUnset(z.string('ip has to be text')),
    expiresAt: nullAsUnset(
      // Only these: `false` would be a date in 1970, after which nothing is ever sent.
      z.union([z.date(), z.string(), z.number()], EXPIRES_AT).pipe(z.coerce.date(EXPIRES_AT)),
    ),
    idempotencyKey: nullAsUnset(
      z
        .string('idempotencyKey has to be text')
        .min(1, 'idempotencyKey is empty')
        .max(500, 'idempotencyKey is longer than 500 characters'),
    ),
  },
  'the request has to be an object with to, type and payload',
);

/** A request as it may come from outside. */
export interface SendRequestInput {
  to: string;
  type: string;
  payload: unknown;
  locale?: AcceptedLocales | null | undefined;
  ip?: string | null | undefined;
  expiresAt?: Date | string | number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** Results of {@link parseSendRequest}. They are frozen, so a mailer does not check them again. */
const checkedRequests = new WeakSet<object>();

/**
 * Checks a request from outside, ready for `mailer.send`. Its type may be one that the compiler doesn't know. The result
 * is frozen.
 *
 * @throws {MailError} `recipient_invalid` or `payload_invalid`, with every problem in the message. Values
 * are never repeated.
 *
 * @example
 * ```ts
 * await mailer.send(parseSendRequest(JSON.parse(body)));
 * ```
 */
export function parseSendRequest(input: unknown): SendRequest {
  const request = checkSendRequest(input);
  checkedRequests.add(request);
  // What each type needs beyond this is checked against the template when it is rendered.
  return request as SendRequest;
}

const isChecked = (input: unknown): input is CheckedSendRequest =>
  typeof input === 'object' && input !== null && checkedRequests.has(input);

export function checkSendRequest(input: unknown): CheckedSendRequest {
  if (isChecked(input)) return input;
  const parsed = sendRequestSchema.safeParse(input);
  if (parsed.success) return Object.freeze(parsed.data);
  const onlyRecipient = parsed.error.issues.every(({ path }) => path[0] === 'to');
  const problems = parsed.error.issues.map(({ message }) => message).join('; ');
  if (onlyRecipient) {
    throw new MailError('recipient_invalid', `The recipient is not a usable address: ${problems}.`, {
      stage: 'recipient',
      hint: 'Pass exactly one address, such as ada@example.com.',
    });
  }
  throw new MailError('payload_invalid', `The send request is not valid: ${problems}.`, { stage: 'payload' });
}
