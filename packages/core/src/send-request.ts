import * as z from 'zod';
import type { AcceptedLocales } from './locale.js';
import { MailError } from './mail-error.js';
import { type PayloadByType, type PayloadValue, payloadSchema, type UsageType } from './payload.js';
import type { RequestContext, RequestContextInput } from './request-context.js';

interface SendRequestOf<Type, Payload> {
  /** Exactly one address. */
  to: string;
  /** The usage type, which selects the template. */
  type: Type;
  /** The template's variables. */
  payload: Payload;
  /**
   * The reader's language: a BCP 47 tag (`zh_CN` also works), the value of an `Accept-Language` header, or a list of them.
   * The best template is selected as in `pickLocale`.
   * @default the config's defaultLocale
   */
  locale?: AcceptedLocales | undefined;
  /** The IP address that the request came from, for the log. */
  ip?: string | undefined;
  /**
   * Where and when the person made the request: browser, location, time, and IP address. Templates show it as `request`.
   * Values that are not safe to show are omitted.
   */
  requestContext?: RequestContext | undefined;
  /** The email is not sent after this time. */
  expiresAt?: Date | undefined;
  /** Requests with the same key have the same `Message-ID`, so that receivers can drop duplicates. */
  idempotencyKey?: string | undefined;
}

/** A request to send one email to one person. A payload that does not match its usage type does not compile. */
export type SendRequest<Type extends UsageType = UsageType> = {
  [T in Type]: SendRequestOf<T, PayloadByType[T]>;
}[Type];

/** A checked request of any usage type. */
export type CheckedSendRequest = SendRequestOf<string, Record<string, PayloadValue>>;

/** Coercing any value would turn `false` into a date in 1970, so that an email would never be sent. */
function timeSchema(name: string) {
  const message = `${name} must be a Date, an ISO 8601 string, or a number of milliseconds since the epoch`;
  return z.union([z.date(), z.string(), z.number()], message).pipe(z.coerce.date(message));
}

/** JSON has no `undefined`, so fields that are not set are often `null`. */
const nullAsUnset = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

const contextText = (name: string) => nullAsUnset(z.string(`requestContext.${name} must be a string`));

const requestContextSchema = z.object(
  {
    userAgent: contextText('userAgent'),
    device: contextText('device'),
    ip: contextText('ip'),
    place: contextText('place'),
    time: nullAsUnset(timeSchema('requestContext.time')),
    timeZone: contextText('timeZone'),
  },
  'requestContext must be an object with userAgent, device, ip, place, time, and timeZone, all optional',
);

/**
 * Checks a request from an external source, such as an HTTP body. `expiresAt` may be a Date, an ISO 8601 string, or
 * milliseconds since the epoch.
 */
export const sendRequestSchema = z.object(
  {
    to: z.string('to must be a string with exactly one address'),
    type: z
      .string('type must be a usage type, such as "SignIn"')
      .min(1, 'type is empty: pass a usage type, such as "SignIn"'),
    payload: payloadSchema,
    locale: nullAsUnset(
      z.union(
        [z.string(), z.array(z.string()).readonly()],
        'locale must be a string, such as "en" or "pt-BR"',
      ),
    ),
    ip: nullAsUnset(z.string('ip must be a string')),
    requestContext: nullAsUnset(requestContextSchema),
    expiresAt: nullAsUnset(timeSchema('expiresAt')),
    idempotencyKey: nullAsUnset(
      z
        .string('idempotencyKey must be a string')
        .min(1, 'idempotencyKey is empty')
        .max(500, 'idempotencyKey is longer than 500 characters'),
    ),
  },
  'the request must be an object with to, type, and payload',
);

/** A request from an external source. */
export interface SendRequestInput {
  to: string;
  type: string;
  payload: unknown;
  locale?: AcceptedLocales | null | undefined;
  ip?: string | null | undefined;
  requestContext?: RequestContextInput | null | undefined;
  expiresAt?: Date | string | number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** The results of {@link parseSendRequest}. They are frozen, so a mailer does not check them again. */
const checkedRequests = new WeakSet<object>();

/**
 * Checks a request from an external source and returns it for `mailer.send`. The compiler does not need to know its type.
 * The result is frozen.
 *
 * @throws {MailError} `recipient_invalid` or `payload_invalid`, with every problem in the message. The message never
 * contains values.
 *
 * @example
 * ```ts
 * await mailer.send(parseSendRequest(JSON.parse(body)));
 * ```
 */
export function parseSendRequest(input: unknown): SendRequest {
  const request = checkSendRequest(input);
  checkedRequests.add(request);
  // Rendering checks the variables that the type requires.
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
    throw new MailError('recipient_invalid', `The recipient is not a valid address: ${problems}.`, {
      stage: 'recipient',
      hint: 'Pass exactly one address, such as ada@example.com.',
    });
  }
  throw new MailError('payload_invalid', `The send request is not valid: ${problems}.`, { stage: 'payload' });
}
