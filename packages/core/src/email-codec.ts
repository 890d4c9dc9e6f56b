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

/** The message names the fields that are not valid, never their values. */
const notAnEmail = (message: string, issues: readonly z.core.$ZodIssue[]) => {
  const fields = new Set(issues.flatMap(({ path: [field] }) => (field === undefined ? [] : String(field))));
  const where = fields.size > 0 ? `: check ${[...fields].join(', ')}` : '';
  return new MailError('payload_invalid', `${message}${where}.`, {
    stage: 'payload',
    hint: 'Pass an email that mailer.render(request) returned.',
  });
};

/**
 * Serializes an email to a string that {@link parseEmail} reads. The string contains the secrets of the email, so encrypt
 * it before you store it.
 *
 * @throws {MailError} `payload_invalid` if the value is not an email; the message names the fields
 */
export function serializeEmail(email: Email): string {
  const { success, data, error } = z.safeEncode(emailSchema, email);
  if (!success) throw notAnEmail('The value is not a rendered email', error.issues);
  return JSON.stringify(data);
}

/**
 * Reads the result of {@link serializeEmail}.
 *
 * @throws {MailError} `payload_invalid` if the string is not an email; the message names the fields
 */
export function parseEmail(text: string): Email {
  const { success, data, error } = z.safeDecode(emailSchema, readJson(text));
  if (!success) throw notAnEmail('The stored string is not an email', error.issues);
  return freezeEmail(data);
}

/** Replaces the `SyntaxError`, whose message quotes the string, which may contain secrets. */
function readJson(text: string): z.input<typeof emailSchema> {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnEmail('The stored string is not an email', []);
  }
}
