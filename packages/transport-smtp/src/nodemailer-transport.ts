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
import { z } from 'zod';
import { type Progress, secretsOfOptions, toTransporterError } from './failure/transporter-error.js';
import { encodeWords } from './message/encoded-word.js';

/** The message as nodemailer's plugins see it, as far as it is used here. */
interface TransporterMessage {
  processFunc(process: (message: Readable) => Readable): void;
}

/** A plugin of nodemailer, see `transporter.use()`. */
type StreamPlugin = (
  mail: { data: { envelope?: unknown; to?: unknown }; message: TransporterMessage | null },
  callback: (error?: Error | null) => void,
) => void;

/** What `sendMail` gets. */
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

/** What `sendMail` resolves with, as far as it is used here. */
export interface TransporterResult {
  response?: unknown;
  rejected?: unknown;
}

/** A transporter of nodemailer 6 or newer, whatever transport it uses: what `nodemailer.createTransport()` returns. */
export interface NodemailerTransporter {
  sendMail(mail: TransporterMail): Promise<TransporterResult>;
  verify?(): Promise<unknown>;
  close?(): void;
  use?(step: string, plugin: StreamPlugin): unknown;
  /** Its transport, with the options that it uses. */
  transporter?: { name?: string; options?: unknown };
}

export interface NodemailerTransportOptions {
  /** The name in receipts and logs. @default 'nodemailer' */
  name?: string | undefined;
  /** The envelope sender, where bounces go. @default the address of `email.from` */
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

/** Without types, its options are easily passed in its place. */
const transporterSchema = z.object({
  transporter: objectWithMethods<NodemailerTransporter>(
    'a transporter, such as nodemailer.createTransport(…)',
    'sendMail',
  ),
});

/** How far an email got. */
interface Attempt {
  signal: AbortSignal | undefined;
  progress: Progress;
}

/** nodemailer's transports that send what they read from the message stream, and nothing before they read it. */
const STREAMING = new Set<string | undefined>([
  'SMTP',
  'SMTP (pool)',
  'Sendmail',
  'SESTransport',
  'StreamTransport',
]);

/** The message, marked as possibly sent once its first byte is read. An aborted email is not read any more. */
const watch = (message: Readable, attempt: Attempt): Readable =>
  Readable.from(
    (async function* () {
      attempt.signal?.throwIfAborted();
      attempt.progress = 'maybe-sent';
      yield* message;
    })(),
    { objectMode: false },
  );

/** LMTP accepts a message before it refuses a recipient, which is no error of `sendMail`. */
const refusedRecipient = ({ response }: TransporterResult): Error =>
  Object.assign(new Error('The recipient was refused'), { code: 'EENVELOPE', command: 'RCPT TO', response });

/** nodemailer leaves text alone that looks like an encoded word, and readers decode it. */
const literally = (text: string) => (text.includes('=?') ? encodeWords(text) : text);

/** nodemailer signs before it converts line ends. */
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
    // Not from the defaults of the transporter: an email has exactly one recipient.
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
      'The send was aborted after the message was handed over: it may or may not be delivered.',
      {
        stage: 'delivery',
        hint: 'Sending again may deliver it twice; both carry the same Message-ID.',
      },
    );
  return stopped(signal, 'connect');
}

const stopped = (signal: AbortSignal | undefined, stage: MailStage): MailError =>
  hasTimedOut(signal)
    ? new MailError('timeout', 'The transporter did not finish in time.', { stage })
    : new MailError('aborted', 'The operation was aborted before the message was handed over.', { stage });

/**
 * Sends emails through a transporter of [nodemailer](https://nodemailer.com): SMTP, a pool, SES, sendmail, or any other
 * transport and plugin. Use it to keep a transporter that you have. For SMTP alone, `createSmtpTransport` is faster and
 * knows more about failures.
 *
 * The transport registers a plugin on the transporter (step `stream`), to know whether a message was read before a
 * failure, and closes the transporter when it is closed.
 *
 * @throws {ConfigError} when an option is not valid, or the transporter has no `sendMail`
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
  /** By envelope and `to`, as a plugin may replace one of them. The same email may be sent twice at once. */
  const attempts = new WeakMap<object, Attempt>();
  const attemptOf = (key: unknown) => (typeof key === 'object' && key ? attempts.get(key) : undefined);

  const isStreaming = STREAMING.has(transporter.transporter?.name);
  transporter.use?.('stream', (mail, callback) => {
    const attempt = attemptOf(mail.data.envelope) ?? attemptOf(mail.data.to);
    // nodemailer before 10.5 would go on after its plugins.
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
