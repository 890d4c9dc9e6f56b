import * as z from 'zod';
import { formatDate, knownTimeZone } from './date-format.js';
import { readDevice } from './device.js';
import type { PayloadValue } from './payload.js';
import { plainLine, unlinkName } from './plain-line.js';

/**
 * Where and when a person requested an email or made a change. Templates show it, so that readers can recognize their own
 * requests.
 */
export interface RequestContext {
  /** The `User-Agent` header. Templates show the browser and the system that it names, never the header. */
  userAgent?: string | undefined;
  /** The device, in the reader's language. @default the browser and the system of `userAgent` */
  device?: string | undefined;
  /** The IP address to show. */
  ip?: string | undefined;
  /** An approximate location, such as `Berlin, Germany`. */
  place?: string | undefined;
  /** @default the time of rendering */
  time?: Date | undefined;
  /** The reader's time zone, such as `Europe/Berlin` (IANA). @default 'UTC' */
  timeZone?: string | undefined;
}

/** A {@link RequestContext} from an external source, such as JSON. */
export type RequestContextInput = {
  [Key in keyof RequestContext]?: (Key extends 'time' ? Date | string | number : string) | null | undefined;
};

const addressSchema = z.union([z.ipv4(), z.ipv6()]);

/** No character of a URL or an email address, and fewer digits than a phone number. */
const SHOWN_TEXT = /^(?!(?:\P{N}*\p{N}){7})[\p{L}\p{M}\p{N} ,.'’()&·–-]{1,100}$/u;

/** Returns text that is safe to show. Other text is omitted, because it must not keep a sign-in email from being sent. */
function readText(text: string | undefined): string | undefined {
  // Cleaning a long text is slow, and no text of this length is shown.
  const line = plainLine((text ?? '').slice(0, 1000)).trim();
  return SHOWN_TEXT.test(line) ? unlinkName(line) : undefined;
}

/**
 * Adds the context of the request to the payload, as the variable `request`. Without a context, the payload stays the same.
 *
 * @param locale - the locale of the template
 */
export function withRequestContext(
  payload: Readonly<Record<string, PayloadValue>>,
  context: RequestContext | undefined,
  { now, locale = 'en' }: { now: number; locale: string | undefined },
): Record<string, PayloadValue> {
  if (!context) return payload;
  const named = readText(context.device);
  const { browser, system } = named === undefined ? readDevice(context.userAgent ?? '') : {};
  const timeZone = knownTimeZone(context.timeZone);
  const timestamp = (context.time ?? new Date(now)).toISOString();
  return {
    ...payload,
    request: {
      device: named ?? (browser && system ? `${browser} on ${system}` : (browser ?? system)),
      browser,
      system,
      place: readText(context.place),
      ip: addressSchema.safeParse(context.ip).data,
      time: formatDate(timestamp, locale, timeZone),
      timestamp,
      timeZone,
    },
  };
}
