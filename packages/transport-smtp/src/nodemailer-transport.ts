import { Readable } from 'node:stream';
import {
  type Clock,
  clockSchema,
  createDrain,
  type Email,
  hasTimedOut,
  type Mailbox,
  MailError,
  type MailStage,
  type OperationOptions,
  objectWithMethods,
  parseRecipient,
  type Receipt,
  readOptions,
  redact,
  remoteLines,
  requireSendable,
  systemClock,
  type Transport,
  untilAborted,
} from '@postern/core';
import { encodeWords } from '@postern/core/mime';
import * as z from 'zod';
import { type Progress, secretsOfOptions, toTransporterError } from './failure/transporter-error.js';

/** The part of nodemailer's plugin message that is used here. */
interface TransporterMessage {
  processFunc(process: (message: Readable) => Readable): void;
}

/** A nodemailer plugin. See `transporter.use()`. */
type StreamPlugin = (
  mail: { data: { envelope?: unknown; to?: unknown }; message: TransporterMessage | null },
  callback: (error?: Error | null) => void,
) => void;

/** The argument of `sendMail`. */
export interface TransporterMail {
  envelope: { from: string; to: string[] };
  from: { name: string; address: string };
  to: { name: string; address: string };
  cc: undefined;
  bcc: undefined;
  replyTo?: { name: string; address: string }[];
  subject: string;
  text: string;
  html?: string;
  messageId: string;
  date: Date;
  headers: Record<string, string | string[]>;
  signal?: AbortSignal;
}

/** The part of the `sendMail` result that is used here. */
export interface TransporterResult {
  response?: unknown;
  rejected?: unknown;
}

/** A transporter from `nodemailer.createTransport()` (version 6 or later), with any transport. */
export interface NodemailerTransporter {
  sendMail(mail: TransporterMail): Promise<TransporterResult>;
  verify?(): Promise<unknown>;
  close?(): void;
  use?(step: string, plugin: StreamPlugin): unknown;
  /** The underlying transport and its options. */
  transporter?: { name?: string; options?: unknown };
}

export interface NodemailerTransportOptions {
  /** The name in receipts and logs. @default 'nodemailer' */
  name?: string | undefined;
  /** The envelope sender, which receives bounces. @default the address of `email.from` */
  envelopeFrom?: string | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

const optionsSchema = z.strictObject({
  name: z.string().min(1).default('nodemailer'),
  envelopeFrom: z
    .string()
    .transform((text, context) => {
      try {
        return parseRecipient(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be one address, such as bounces@example.com' });
        return z.NEVER;
      }
    })
    .optional(),
  clock: clockSchema.default(() => systemClock),
});

/** JavaScript users may pass the transporter's options by mistake. */
const transporterSchema = z.object({
  transporter: objectWithMethods<NodemailerTransporter>(
    'a transporter, such as nodemailer.createTransport(…)',
    'sendMail',
  ),
});

/** The progress of one email. */
interface Attempt {
  signal: AbortSignal | undefined;
  progress: Progress;
}

/** nodemailer's transports that send only what they read from the message stream. */
const STREAMING = new Set<string | undefined>([
  'SMTP',
  'SMTP (pool)',
  'Sendmail',
  'SESTransport',
  'StreamTransport',
]);

/** Marks an email as possibly sent when the first byte of its message is read. An aborted message is not read. */
const watch = (message: Readable, attempt: Attempt): Readable =>
  Readable.from(
    (async function* () {
      attempt.signal?.throwIfAborted();
      attempt.progress = 'maybe-sent';
      yield* message;
    })(),
    { objectMode: false },
  );

/** LMTP can refuse a recipient after it accepts the message. `sendMail` does not report this as an error. */
const refusedRecipient = ({ response }: TransporterResult): Error =>
  Object.assign(new Error('The recipient was refused'), { code: 'EENVELOPE', command: 'RCPT TO', response });

/** Encodes text that looks like an encoded word. nodemailer would not encode it, and email apps would decode it. */
const literally = (text: string) => (text.includes('=?') ? encodeWords(text) : text);

/** nodemailer signs the message before it converts line breaks. */
const withLineFeeds = (text: string) => text.replace(/\r\n?/g, '\n');

const mailboxOf = ({ name = '', address }: Mailbox) => ({ name: literally(name), address });

function mailOf(
  email: Email,
  envelopeFrom: string | undefined,
  signal: AbortSignal | undefined,
): TransporterMail {
  const { from, to, replyTo, subject, text, html, messageId, date, headers } = email;
  return {
    envelope: { from: envelopeFrom ?? from.address, to: [to] },
    from: mailboxOf(from),
    to: mailboxOf({ address: to }),
    // Override the transporter's defaults, because an email has exactly one recipient.
    cc: undefined,
    bcc: undefined,
    ...(replyTo && { replyTo: replyTo.map(mailboxOf) }),
    subject: literally(subject),
    text: withLineFeeds(text),
    ...(html !== undefined && { html: withLineFeeds(html) }),
    messageId,
    date,
    headers: Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [
        key,
        typeof value === 'string' ? literally(value) : value.map(literally),
      ]),
    ),
    ...(signal && { signal }),
  };
}

function stoppedSend({ signal, progress }: Attempt): MailError {
  if (progress === 'maybe-sent')
    return new MailError(
      'delivery_unknown',
      'The send was aborted after the message was sent. The email may or may not be delivered.',
      {
        stage: 'delivery',
        hint: 'If you send it again, it may arrive twice, with the same Message-ID.',
      },
    );
  return stopped(signal, 'connect');
}

const stopped = (signal: AbortSignal | undefined, stage: MailStage): MailError =>
  hasTimedOut(signal)
    ? new MailError('timeout', 'The transporter did not finish in time.', { stage })
    : new MailError('aborted', 'The operation was aborted before the message was sent.', { stage });

/**
 * Sends emails through an existing [nodemailer](https://nodemailer.com) transporter: SMTP, a pool, SES, sendmail, or any other
 * transport and plugin. For plain SMTP, `createSmtpTransport` is faster and reports failures more precisely.
 *
 * The transport registers a plugin on the transporter (step `stream`) to detect whether a message was read before a failure.
 * Closing the transport closes the transporter.
 *
 * @throws {ConfigError} if an option is not valid, or the transporter has no `sendMail`
 *
 * @example
 * ```ts
 * const transporter = nodemailer.createTransport({ host: 'smtp.example.com', port: 587, auth: { user, pass } });
 * const mailer = createMailer({ config, transport: createNodemailerTransport(transporter) });
 * ```
 */
export function createNodemailerTransport(
  transporter: NodemailerTransporter,
  given: NodemailerTransportOptions = {},
): Transport {
  const { name, envelopeFrom, clock } = readOptions(optionsSchema, given, 'createNodemailerTransport');
  readOptions(transporterSchema, { transporter }, 'createNodemailerTransport');
  const { options } = transporter.transporter ?? {};
  /** By envelope and `to`, because a plugin may replace one of them, and the same email may be sent twice at the same time. */
  const attempts = new WeakMap<object, Attempt>();
  const attemptOf = (key: unknown) => (typeof key === 'object' && key ? attempts.get(key) : undefined);

  const isStreaming = STREAMING.has(transporter.transporter?.name);
  transporter.use?.('stream', (mail, callback) => {
    const attempt = attemptOf(mail.data.envelope) ?? attemptOf(mail.data.to);
    // nodemailer before 10.5 would continue after its plugins.
    if (attempt?.signal?.aborted) return callback(new Error('Aborted'));
    if (attempt) {
      attempt.progress = isStreaming ? 'dispatched' : 'maybe-sent';
      if (isStreaming) mail.message?.processFunc((message) => watch(message, attempt));
    }
    callback();
  });

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    const attempt: Attempt = { signal, progress: transporter.use ? 'composing' : 'maybe-sent' };
    const mail = mailOf(email, envelopeFrom, signal);
    attempts.set(mail.envelope, attempt).set(mail.to, attempt);
    const secrets = [...email.secrets, ...secretsOfOptions(options)];
    try {
      const result = await untilAborted(transporter.sendMail(mail), signal, () => stoppedSend(attempt));
      if (Array.isArray(result.rejected) && result.rejected.length > 0) throw refusedRecipient(result);
      const response = typeof result.response === 'string' ? result.response : `accepted by ${name}`;
      return {
        messageId: email.messageId,
        accepted: email.to,
        transport: name,
        response: remoteLines(redact(response, secrets, [email.to])),
        attempts: 1,
        durationMs: clock.now() - startedAt,
      };
    } catch (error) {
      if (error instanceof MailError) throw error;
      if (signal?.aborted) throw stoppedSend(attempt);
      throw toTransporterError(error, {
        name,
        options,
        progress: attempt.progress,
        secrets,
        recipients: [email.to],
      });
    }
  }

  async function verify(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw stopped(signal, 'pool');
    try {
      await untilAborted(transporter.verify?.(), signal, () => stopped(signal, 'connect'));
    } catch (error) {
      if (error instanceof MailError) throw error;
      const secrets = secretsOfOptions(options);
      throw toTransporterError(error, { name, options, progress: 'dispatched', secrets, recipients: [] });
    }
  }

  const drain = createDrain('transport', async () => {
    transporter.close?.();
  });
  return {
    name,
    send: (email, operation?: OperationOptions) => drain.run(() => send(email, operation?.signal)),
    verify: (operation) => drain.run(() => verify(operation?.signal)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
