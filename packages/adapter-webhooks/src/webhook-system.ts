import type { AcceptedLocales } from '@postern/core';
import type { HttpRequest, HttpResponse } from '@postern/http';
import type * as z from 'zod';
import type { Settings } from './webhook-options.js';

/** An email that a call requests. */
export interface WebhookEmail {
  /** The system's name for the kind of email. */
  readonly kind: string;
  readonly to: string;
  /** Checked by the mailer. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly locale?: AcceptedLocales | undefined;
  readonly expiresAt?: Date | undefined;
  readonly ip?: string | undefined;
  readonly requestContext?: {
    readonly userAgent?: string | undefined;
    readonly ip?: string | undefined;
    readonly time?: Date | undefined;
    readonly timeZone?: string | undefined;
  };
}

/**
 * Checks that a request comes from the system.
 *
 * @returns the ID of the call, if the system sends one
 * @throws {ProblemError} `unauthorized`
 */
export type Authenticate = (request: HttpRequest, body: string) => Promise<string | undefined>;

/** The parts of a webhook that depend on the system. */
export interface WebhookSystem<Call, Options extends Settings<Call>> {
  readonly name: string;
  /** The function that creates the webhook, for errors. */
  readonly caller: string;
  readonly optionsSchema: z.ZodType<Options>;
  readonly callSchema: z.ZodType<Call>;
  /** @throws {ConfigError} if a secret is not valid */
  readonly authenticate: (settings: Options, caller: string) => Authenticate;
  /** The usage type of each kind of email, or `false` to send no email. @default the kind is the usage type */
  readonly usageTypes?: Readonly<Record<string, string | false>>;
  readonly emailsOf: (call: Call, settings: Options, now: number) => readonly WebhookEmail[];
  /**
   * Identifies a call, so that a repeated call does not send another email. Calls without an identity always send an email.
   * @default the ID that the system sends, or a digest of the body if it sends none
   */
  readonly identityOf?: (call: Call, id: string) => string | undefined;
  /** The response if an authentic call fails. @default a problem document */
  readonly respondToFailure?: (error: unknown) => HttpResponse;
}
