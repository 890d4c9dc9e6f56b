import {
  type Clock,
  clockSchema,
  functionSchema,
  LONGEST_TIMER_MS,
  type Logger,
  loggerSchema,
  readSender,
  readWebUrl,
  silentLogger,
  systemClock,
} from '@postern/core';
import * as z from 'zod';

/** Options of every transport in this package. */
export interface ApiTransportOptions {
  /** Name of the transport in receipts and logs. @default the name of the provider, such as `resend` */
  name?: string | undefined;
  /**
   * URL of the API, for a proxy or a test server. It must use `https:`, or `http:` on the local machine.
   * @default the provider's URL
   */
  baseUrl?: string | undefined;
  /**
   * The sender, as in the config of a mailer. With it, `verify` checks that the account can send from this domain.
   * @default `verify` accepts an account that can send from any domain
   */
  fromEmail?: string | undefined;
  /** Maximum time from the start of a request to its complete response, in milliseconds. @default 30,000 */
  timeoutMs?: number | undefined;
  /** Sends the requests (Fetch API). @default the global `fetch` */
  fetch?: typeof globalThis.fetch | undefined;
  /** @default none */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

export const apiTransportOptionsSchema = z.strictObject({
  name: z.string().min(1).optional(),
  baseUrl: z
    .string()
    .refine((url) => readWebUrl(url) !== undefined, 'must be a URL that starts with https://')
    // The path of each request follows the URL.
    .refine((url) => !/[?#]/.test(url), 'must not contain a query or a fragment')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  fromEmail: z
    .string()
    .transform((text) => readSender(text).address)
    .optional(),
  timeoutMs: z.int().min(1).max(LONGEST_TIMER_MS).default(30_000),
  // Cloudflare Workers require a call of the global function without a receiver.
  fetch: functionSchema<typeof globalThis.fetch>().default(
    (): typeof globalThis.fetch => (input, init) => globalThis.fetch(input, init),
  ),
  logger: loggerSchema.default(() => silentLogger),
  clock: clockSchema.default(() => systemClock),
});
