import * as z from 'zod';
import { type Clock, systemClock } from './clock.js';
import { createDrain } from './drain.js';
import type { Email } from './email.js';
import { createEmailRenderer, type MailerConfig, type ResolveTemplate } from './email-renderer.js';
import { failureLevel } from './failure-level.js';
import { type Logger, silentLogger } from './logger.js';
import { MailError } from './mail-error.js';
import {
  clockSchema,
  functionSchema,
  loggerSchema,
  objectWithMethods,
  transportSchema,
} from './option-schemas.js';
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
  /** Delivers the rendered emails, for example `createSmtpTransport(config)`. */
  transport: Transport;
  /** Finds templates before the config does, for example in a database. */
  resolveTemplate?: ResolveTemplate | undefined;
  /** What to do if the payload lacks a variable of the template. @default 'error' */
  missingVariable?: MissingVariable | undefined;
  /**
   * What to do with a template that Handlebars cannot parse, such as `{{` without `}}`. `error` refuses it. `text` replaces
   * its plain variables and keeps the rest as written.
   * @default 'error'
   */
  brokenTemplate?: BrokenTemplate | undefined;
  /**
   * The https origin of the site that accepts the codes. Emails with a code then have an `OTP-Token` header, so that mail
   * apps offer the code only on that site (draft-goto-otp-token-01).
   */
  otpOrigin?: string | undefined;
  /**
   * Schemes that links in payloads may have in addition to `https` and `http`, for deep links into your app: `['myapp']`.
   * They are added to the `linkSchemes` of the config. If a value of the payload starts a URL with any other scheme, the
   * email fails with `payload_invalid`.
   * @default none
   */
  linkSchemes?: readonly string[] | undefined;
  /**
   * Receives `mail.sent` at level `info`, and `mail.failed` at a level that indicates who must act: `error` for you, `warn`
   * for problems that usually pass, and `info` for the recipient (a mistyped address) or the caller.
   *
   * @default nothing is logged
   */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

/** The parts of the config are checked by the code that uses them. */
const optionsSchema = z.strictObject({
  config: z.custom<MailerConfig>(
    (value) => typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'templates')),
    'must be the result of parseConnectorConfig, or an object with fromEmail and templates',
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

/** Renders auth emails and passes them to a transport. Each email goes to exactly one person. */
export interface Mailer extends AsyncDisposable {
  /**
   * Sends one email to one person. Resolves when a server has accepted it.
   *
   * @throws {MailError} for every failure, with a stable `code`
   */
  send(request: SendRequest, options?: OperationOptions): Promise<Receipt>;
  /**
   * Renders the email that `send` would pass to the transport.
   *
   * @throws {MailError} `recipient_invalid`, `payload_invalid`, `template_not_found`, `template_invalid`
   */
  render(request: SendRequest): Promise<Email>;
  /**
   * Passes a rendered email to the transport. Use it with `render` to send an email later, for example from a queue.
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
   * Whether emails of this type can show a variable such as `code` or `link`, in every language. Call it at startup to find
   * templates that would fail later. Always `true` with `resolveTemplate`, whose templates are not known in advance.
   */
  canShow(type: string, variable: 'code' | 'link'): boolean;
  /** Waits for emails in flight, then closes the transport. Idempotent. */
  close(): Promise<void>;
}

/** A schema for a mailer with these methods. */
export const mailerSchema = <T extends Partial<Mailer>>(...methods: (keyof T & string)[]) =>
  objectWithMethods<T>('a mailer, such as createMailer(…)', ...methods);

/**
 * Creates a mailer from a config and a transport.
 *
 * @throws {ConfigError} if an option or the sender is not valid
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

  /** Logs the outcome, with the fields of the email that are known by then. */
  async function deliver(
    getEmail: (progress: Progress) => Email | Promise<Email>,
    signal: AbortSignal | undefined,
  ): Promise<Receipt> {
    const startedAt = clock.now();
    const progress: Progress = {};
    try {
      const rendering = getEmail(progress);
      const email = rendering instanceof Promise ? await untilAborted(rendering, signal) : rendering;
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
      // The transport may belong to the application, so its errors may contain secrets.
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

/** The parts of an email that are known so far. */
interface Progress {
  request?: CheckedSendRequest | undefined;
  email?: Email | undefined;
}

/** The fields for the log, without secrets. */
function logFields({ request, email }: Progress) {
  const known = email ?? request;
  return {
    ...(known && { type: remoteLine(known.type), to: remoteLine(maskAddress(known.to)) }),
    ...(request?.ip && { ip: remoteLine(request.ip) }),
    ...(email && { messageId: remoteLine(email.messageId), locale: email.locale }),
  };
}
