import { type CommonPayload, MailError, readWebUrl, type UsageType } from '@postern/core';
import { z } from 'zod';
import { clientNetwork } from './client-network.js';

export interface StartRequest {
  /** As the person typed it. The email goes to the result of `parseRecipient`. */
  to: string;
  /** The usage type; it chooses the template, and what the code is good for. */
  type: UsageType;
  method: 'code' | 'link';
  /** Of the client, for the window per IP: from the socket, or from a proxy that you trust. */
  ip?: string;
  locale?: string;
  /** Further variables of the template; `code` or `link` are added to them. */
  payload?: CommonPayload;
  /** Where `consumeLink` says to go next; an absolute URL of an origin in `policy.redirectOrigins`. */
  redirectTo?: string;
  /**
   * With `false` everything happens but the email: for an address without an account, so that the answers are those
   * of an address with one.
   * @default true
   */
  deliver?: boolean;
  /** Stops the send. */
  signal?: AbortSignal;
}

export interface CheckRequest {
  to: string;
  type: UsageType;
  /** As the person typed it. */
  code: string;
}

export interface CancelRequest {
  to: string;
  type: UsageType;
}

const text = (name: string, atMost: number) =>
  z.string(`${name} has to be text`).min(1, `${name} is empty`).max(atMost, `${name} is too long`);

const subjectShape = { to: z.string('to has to be text, exactly one address'), type: text('type', 200) };

export const startRequestSchema = z.object({
  ...subjectShape,
  method: z.enum(['code', 'link'], "method has to be 'code' or 'link'"),
  ip: z
    .string('ip has to be text')
    .transform(
      (ip, context) => clientNetwork(ip) ?? context.addIssue('ip has to be an IP address') ?? z.NEVER,
    )
    .optional(),
  redirectTo: text('redirectTo', 4000).optional(),
  deliver: z.boolean('deliver has to be true or false').default(true),
});
export const checkRequestSchema = z.object({ ...subjectShape, code: text('code', 200) });
export const cancelRequestSchema = z.object(subjectShape);
export const tokenSchema = z.string('the token has to be text');

export const refuse = (problem: string): MailError =>
  new MailError('payload_invalid', `The request is not valid: ${problem}.`, { stage: 'payload' });

/** @throws {MailError} `payload_invalid`; values are never repeated */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map(({ message }) => message).join('; '));
}

/** The URL in its normal form, or `undefined` for anything but an absolute URL of an allowed origin. */
export function allowedRedirect(redirectTo: string, origins: readonly string[]): string | undefined {
  const url = readWebUrl(redirectTo);
  return url && origins.includes(url.origin) ? url.href : undefined;
}

/** @throws {MailError} `payload_invalid` for anything but an absolute URL of an allowed origin */
export function readRedirect(redirectTo: string, origins: readonly string[]): string {
  const allowed = allowedRedirect(redirectTo, origins);
  if (allowed !== undefined) return allowed;
  throw refuse('redirectTo is not an absolute URL of an origin in policy.redirectOrigins');
}
