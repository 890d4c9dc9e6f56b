import * as z from 'zod';
import { type Email, freezeEmail } from './email.js';
import { MailError } from './mail-error.js';

const date = z.codec(z.number(), z.date(), {
  decode: (ms) => new Date(ms),
  encode: (at) => at.getTime(),
});
const mailbox = z.object({ name: z.string().optional(), address: z.string() });

const emailSchema = z.object({
  type: z.string(),
  locale: z.string().optional(),
  messageId: z.string(),
  date,
  from: mailbox,
  to: z.string(),
  replyTo: z.array(mailbox).readonly().optional(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])),
  expiresAt: date.optional(),
  secrets: z.array(z.string()).readonly(),
  idempotency: z.object({ key: z.string(), identity: z.string() }).optional(),
} satisfies { [Field in keyof Required<Email>]: z.ZodType<Email[Field]> });

/** Names the fields that are wrong, never their values. */
const notAnEmail = (message: string, issues: readonly z.core.$ZodIssue[]) => {
  const fields = new Set(issues.map(({ path: [field] }) => String(field ?? 'all of it')));
  return new MailError('payload_invalid', `${message}: check ${[...fields].join(', ')}.`, {
    stage: 'payload',
    hint: 'Pass an email that mailer.render(request) returned.',
  });
};

/**
 * Writes an email as text, for a store that {@link parseEmail} reads. The text contains the secrets of the email, so
 * encrypt it before you store it.
 *
 * @throws {MailError} `payload_invalid` when the value is not an email; the message names the fields
 */
export function serializeEmail(email: Email): string {
  const { success, data, error } = z.safeEncode(emailSchema, email);
  if (!success) throw notAnEmail('This is not a rendered email', error.issues);
  return JSON.stringify(data);
}

/**
 * Reads what {@link serializeEmail} wrote.
 *
 * @throws {MailError} `payload_invalid` when the text is not an email; the message names the fields
 */
export function parseEmail(text: string): Email {
  const { success, data, error } = z.safeDecode(emailSchema, readJson(text));
  if (!success) throw notAnEmail('The stored text is not an email', error.issues);
  return freezeEmail(data);
}

/** The message of a `SyntaxError` quotes the text, which may contain secrets. */
function readJson(text: string): z.input<typeof emailSchema> {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnEmail('The stored text is not an email', []);
  }
}
