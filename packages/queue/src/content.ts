import { type Email, freezeEmail, parseSendRequest, type SendRequest } from '@postern/core';
import { z } from 'zod';

/** What a delivery is about: a request that is still to be rendered, or an email that was. */
export type Content =
  | { readonly kind: 'request'; readonly request: SendRequest }
  | { readonly kind: 'email'; readonly email: Email };

const mailbox = z.object({ name: z.string().optional(), address: z.string() });
const emailSchema: z.ZodType<Email> = z.object({
  type: z.string(),
  locale: z.string().optional(),
  messageId: z.string(),
  date: z.coerce.date(),
  from: mailbox,
  to: z.string(),
  replyTo: z.array(mailbox).optional(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  expiresAt: z.coerce.date().optional(),
  secrets: z.array(z.string()),
}) as z.ZodType<Email>; // exact optional properties aside, the same type

const contentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), request: z.unknown() }),
  z.object({ kind: z.literal('email'), email: emailSchema }),
]);

export const serializeContent = (content: Content): string => JSON.stringify(content);

/** What was sealed is our own, and checked all the same: another version may have written it. */
export function parseContent(text: string): Content {
  const content = contentSchema.parse(JSON.parse(text));
  return content.kind === 'request'
    ? { kind: 'request', request: parseSendRequest(content.request) }
    : { kind: 'email', email: freezeEmail(content.email) };
}
