import * as z from 'zod';
import { type Clock, systemClock } from './clock.js';
import { createDrain } from './drain.js';
import type { Email } from './email.js';
import { createEmailRenderer, type MailerConfig, type ResolveTemplate } from './email-renderer.js';
import { failureLevel } from './failure-level.js';
import { type Logger, silentLogger } from './logger.js';
import { MailError } from './mail-error.js';
import { clockSchema, functionSchema, loggerSchema, transportSchema } from './option-schemas.js';
import { readOptions } from './read-options.js';
import { toReceipt } from './receipt.js';
import { redact } from './redact.js';
import { remoteLine } from './remote-text.js';
import { maskAddress } from './secrets.js';
import { type CheckedSendRequest, checkSendRequest, type SendRequest } from './send-request.js';
import { requireSendable, untilAborted } from './sendable.js';
import type { MissingVariable } from './template/evaluate-template.js';
import type { BrokenTemplate } from './template/plain-template.js';
import { canShowVariable } from './template/shown-variables.js';
import type { OperationOptions, Receipt, Transport } from './transport.js';

export interface MailerOptions {
  config: MailerConfig;
  /** Delivers what the mailer renders, e.g. `createSmtpTransport(config)`. */
  transport: Transport;
  /** Asked before the config's templates, e.g. a look-up in a database. */
  resolveTemplate?: ResolveTemplate | undefined;
  /** What a variable becomes that the payload lacks. @default 'error' */
  missingVariable?: MissingVariable | undefined;
  /**
   * A template that Handlebars can't read (`{{` without `}}`) is refused; with `text` its plain variables are filled in
   * and the rest stays as written.
   * @default 'error'
   */
  brokenTemplate?: BrokenTemplate | undefined;
  /**
   * The https origin that codes are for. With it, emails that carry a code have an `OTP-Token` header, by which
   * mail apps offer the code only on that site (draft-goto-otp-token-01).
   */
  otpOrigin?: string | undefined;
  /**
   * Schemes that links in payloads may have along with `https` and `http`, for deep links into your app: `['myapp']`.
   * Added to the `linkSchemes` of the config. A URL in an email that a payload begins with another scheme is
   * `payload_invalid`.
   * @default none
   */
  linkSchemes?: readonly string[] | undefined;
  /**
   * Gets `mail.sent` at level `info`, and `mail.failed` at a level that says who has to act: `error` for you, `warn` for
   * what usually passes, `info` for the recipient (a mistyped address) or the caller.
   *
   * @default nothing is logged
   */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

/** The parts of the config are checked where they are used. */
const optionsSchema = z.strictObject({
  config: z.custom<MailerConfig>(
    (value) => typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'templates')),
    'must be what parseConnectorConfig returns, or an object with fromEmail and templates',
  ),
  transport: transportSchema,
  resolveTemplate: functionSchema<ResolveTemplate>().optional(),
  missingVariable: z.enum(['error', 'empty', 'keep']).default('error'),
  brokenTemplate: z.enum(['error', 'text']).default('error'),
  otpOrigin: z.string().optional(),
  linkSchemes: z.array(z.string()).readonly().optional(),
  logger: loggerSchema.default(() => silentLogger),
  clock: clockSchema.default(() => systemClock),
});

/** Renders auth emails and hands each to a transport, for exactly one person. */
export interface Mailer extends AsyncDisposable {
  /**
   * Sends one email to one person, and resolves once a server has accepted it.
   *
   * @throws {MailError} for every failure, with a stable `code`
   */
  send(request: SendRequest, options?: OperationOptions): Promise<Receipt>;
  /**
   * What `send` would hand to the transport.
   *
   * @throws {MailError} `recipient_invalid`, `payload_invalid`, `template_not_found`, `template_invalid`
   */
  render(request: SendRequest): Promise<Email>;
  /**
   * The rest of `send`: hands an email that was rendered before to the transport. For whoever renders at one time and
   * sends at another.
   *
   * @throws {MailError}
   */
  deliver(email: Email, options?: OperationOptions): Promise<Receipt>;
  /**
   * Connects and logs in without sending anything.
   *
   * @throws {MailError}
   */
  verify(options?: OperationOptions): Promise<void>;
  /**
   * Whether emails of this type can show a variable such as `code` or `link`, in every language: tells at start what
   * would fail later. Always `true` with `resolveTemplate`, whose templates are not known before.
   */
  canShow(type: string, variable: 'code' | 'link'): boolean;
  /** Lets emails in flight finish and closes the transport. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes a mailer from a config and a transport.
 *
 * @throws {ConfigError} when an option or the sender is not valid
 *
 * @example
 * ```ts
 * const json = JSON.parse(await readFile('connector.json', 'utf8'));
 * const config = parseConnectorConfig(json, { variables: process.env });
 * const mailer = createMailer({ config, transport: createSmtpTransport(config) });
 * await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
 * ```
 */
export function createMailer(options: MailerOptions): Mailer {
  const { transport, ...rendererOptions } = readOptions(optionsSchema, options, 'createMailer');
  const { config, resolveTemplate, logger, clock } = rendererOptions;
  const render = createEmailRenderer(rendererOptions);

  /** Whatever comes of it is logged, with what is known of the email by then. */
  async function deliver(
    getEmail: (progress: Progress) => Email | Promise<Email>,
    signal: AbortSignal | undefined,
  ): Promise<Receipt> {
    const startedAt = clock.now();
    const progress: Progress = {};
    try {
      const email = await untilAborted(getEmail(progress), signal);
      progress.email = email;
      requireSendable(email, signal, clock);
      const receipt = toReceipt(await transport.send(email, { signal }), {
        messageId: email.messageId,
        accepted: email.to,
        transport: transport.name,
        durationMs: Math.max(0, clock.now() - startedAt),
      });
      const { transport: name, attempts, durationMs } = receipt;
      logger.info({ event: 'mail.sent', ...logFields(progress), transport: name, attempts, durationMs });
      return receipt;
    } catch (error) {
      const { code, stage, retryable, responseCode, response, attempts, message } =
        error instanceof MailError ? error : ({} as Partial<MailError>);
      // A transport may be the application's.
      const hide = (text: string | undefined) =>
        text && redact(text, progress.email?.secrets ?? [], progress.email ? [progress.email.to] : []);
      logger[failureLevel(error)]({
        event: 'mail.failed',
        ...logFields(progress),
        code,
        stage,
        retryable,
        responseCode,
        response: hide(response),
        attempts,
        message: hide(message),
        durationMs: clock.now() - startedAt,
      });
      throw error;
    }
  }

  const drain = createDrain('mailer', () => transport.close());

  return {
    send: (request, operation) =>
      drain.run(() =>
        deliver((progress) => {
          progress.request = checkSendRequest(request);
          return render(progress.request);
        }, operation?.signal),
      ),
    deliver: (email, operation) => drain.run(() => deliver(() => email, operation?.signal)),
    async render(request) {
      return render(checkSendRequest(request));
    },
    verify: (operation) => drain.run(() => transport.verify(operation)),
    canShow: (type, variable) =>
      resolveTemplate !== undefined || canShowVariable(config.templates, type, variable),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}

/** What is known of an email so far. */
interface Progress {
  request?: CheckedSendRequest | undefined;
  email?: Email | undefined;
}

/** The same for the log, without anything secret. */
function logFields({ request, email }: Progress) {
  const known = email ?? request;
  return {
    ...(known && { type: remoteLine(known.type), to: remoteLine(maskAddress(known.to)) }),
    ...(request?.ip && { ip: remoteLine(request.ip) }),
    ...(email && { messageId: remoteLine(email.messageId), locale: email.locale }),
  };
}
