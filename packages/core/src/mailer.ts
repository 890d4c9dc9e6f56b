import { createHash, randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.js';
import type { RenderedTemplate } from './compiled-template.js';
import { ConfigError, type ConfigIssue } from './config-issue.js';
import type { ConnectorConfig } from './connector-config.js';
import { createDrain } from './drain.js';
import { type Email, freezeEmail } from './email.js';
import {
  HEADER_NAME_RULE,
  isHeaderName,
  isReservedHeader,
  mergeHeaders,
  sanitizeHeaderValue,
} from './header-field.js';
import { type Logger, silentLogger } from './logger.js';
import { MailError } from './mail-error.js';
import { type Mailbox, parseRecipient, readMailbox, readMailboxList } from './mailbox.js';
import { formatOtpToken, parseOtpOrigin } from './otp-token.js';
import { findMissingVariables } from './payload.js';
import { collectSecrets, maskAddress } from './secrets.js';
import { type AnySendRequest, parseSendRequest, type SendRequest } from './send-request.js';
import type { TemplateOverride } from './template.js';
import { createTemplateCatalog } from './template-catalog.js';
import type { MissingVariable } from './template-program.js';
import type { OperationOptions, Receipt, Transport } from './transport.js';

/** The part of a {@link ConnectorConfig} that a mailer needs: sender and templates. */
export type MailerConfig = Pick<ConnectorConfig, 'fromEmail' | 'replyTo' | 'templates' | 'customHeaders'> & {
  /** The language when a request names none, or none that there is a template for (BCP 47). */
  defaultLocale?: string;
};

export interface MailerOptions {
  config: MailerConfig;
  /** Delivers what the mailer renders, e.g. `createSmtpTransport(config)`. */
  transport: Transport;
  /**
   * Asked before the config's templates, e.g. a look-up in a database. Where it resolves to `undefined`, or
   * fails (which is logged), the config's template is used.
   */
  resolveTemplate?: (type: string, locale: string | undefined) => Promise<TemplateOverride | undefined>;
  /** What a variable becomes that the payload lacks. @default 'error' */
  missingVariable?: MissingVariable;
  /**
   * The https origin that codes are for. With it, emails that carry a code have an `OTP-Token` header, by which
   * mail apps offer the code only on that site (draft-goto-otp-token-01).
   */
  otpOrigin?: string;
  /** @default nothing is logged */
  logger?: Logger;
  /** @default the wall clock */
  clock?: Clock;
}

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
   * Connects and logs in without sending anything.
   *
   * @throws {MailError}
   */
  verify(options?: OperationOptions): Promise<void>;
  /** Lets emails in flight finish and closes the transport. Idempotent. */
  close(): Promise<void>;
}

/** Automatic mail, and nobody's out-of-office reply to it (RFC 3834; Microsoft [MS-OXCMAIL] 2.2.3.2.14). */
const STANDARD_HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/**
 * Makes a mailer from a config and a transport.
 *
 * @throws {ConfigError} when the sender or `otpOrigin` can't be used
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig(JSON.parse(await readFile('connector.json', 'utf8')));
 * const mailer = createMailer({ config, transport: createSmtpTransport(config) });
 * await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
 * ```
 */
export function createMailer(options: MailerOptions): Mailer {
  const { config, transport, resolveTemplate } = options;
  const missingVariable = options.missingVariable ?? 'error';
  const logger = options.logger ?? silentLogger;
  const clock = options.clock ?? systemClock;
  const sender = readSender(config.fromEmail);
  const replyTo = config.replyTo ? readReplyTo(config.replyTo) : undefined;
  const otpOrigin = options.otpOrigin === undefined ? undefined : parseOtpOrigin(options.otpOrigin);
  const catalog = createTemplateCatalog({
    templates: config.templates,
    defaultLocale: config.defaultLocale,
    missingVariable,
    logger,
  });
  const customHeaders = readCustomHeaders(config.customHeaders ?? {});

  async function resolveOverride(type: string, locale: string | undefined) {
    try {
      const override = await resolveTemplate?.(type, locale);
      return override && catalog.compileOverride(type, override);
    } catch (error) {
      // Its message may come from anywhere, so only ours is safe to log.
      const reason = error instanceof MailError ? error.message : 'resolveTemplate failed';
      logger.warn({ event: 'template.override_failed', type, locale, reason });
      return undefined;
    }
  }

  async function renderChecked(request: AnySendRequest): Promise<Email> {
    const { type, payload, locale, expiresAt, idempotencyKey } = request;
    const to = parseRecipient(request.to);
    const missing = missingVariable === 'error' ? findMissingVariables(type, payload) : undefined;
    if (missing) {
      throw new MailError('payload_invalid', `A ${type} email needs ${missing} in its payload.`, {
        stage: 'payload',
        hint: `Send it with payload: { ${missing.startsWith('a code') ? 'code: "482913"' : 'link: "https://…"'} }.`,
      });
    }
    const template = (await resolveOverride(type, locale)) ?? catalog.find(type, locale);
    const rendered = template.render(payload);
    const from = usable(rendered.from, 'sendFrom', type) ?? sender;
    const answersTo = usable(rendered.replyTo, 'replyTo', type) ?? replyTo;
    const otpToken = otpOrigin === undefined ? undefined : formatOtpToken(payload.code, otpOrigin);
    return freezeEmail({
      type,
      ...(template.locale !== undefined && { locale: template.locale }),
      messageId: messageIdFor(from, { to, type, idempotencyKey }),
      date: new Date(clock.now()),
      from,
      to,
      ...(answersTo && { replyTo: answersTo }),
      subject: rendered.subject,
      text: rendered.text,
      ...(rendered.html !== undefined && { html: rendered.html }),
      headers: mergeHeaders<string | readonly string[]>(
        STANDARD_HEADERS,
        template.locale === undefined ? {} : { 'Content-Language': template.locale },
        customHeaders,
        otpToken === undefined ? {} : { 'OTP-Token': otpToken },
      ),
      ...(expiresAt && { expiresAt }),
      secrets: collectSecrets(payload),
    });
  }

  /** A sign-in email with a wrong Reply-To is better than none; the log says so. */
  function usable<T>(
    value: T | 'unusable' | undefined,
    field: keyof RenderedTemplate | 'sendFrom',
    type: string,
  ): T | undefined {
    if (value !== 'unusable') return value;
    logger.warn({ event: 'template.address_unusable', type, field });
    return undefined;
  }

  async function deliver(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    if (signal?.aborted)
      throw new MailError('aborted', 'The send was aborted before it began.', { stage: 'pool' });
    if (email.expiresAt && email.expiresAt.getTime() <= clock.now()) {
      throw new MailError('expired', 'The email had expired before it was sent.', { stage: 'pool' });
    }
    return transport.send(email, { signal });
  }

  async function send(request: SendRequest, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    const context: Record<string, unknown> = {};
    try {
      const checked = parseSendRequest(request);
      Object.assign(context, {
        type: checked.type,
        to: maskAddress(checked.to),
        ...(checked.ip && { ip: checked.ip }),
      });
      const email = await renderChecked(checked);
      Object.assign(context, {
        to: maskAddress(email.to),
        messageId: email.messageId,
        locale: email.locale,
      });
      const receipt = await deliver(email, signal);
      const { attempts, durationMs } = receipt;
      logger.info({ event: 'mail.sent', ...context, transport: receipt.transport, attempts, durationMs });
      return receipt;
    } catch (error) {
      const { code, stage, retryable, responseCode, response, message } =
        error instanceof MailError ? error : ({} as Partial<MailError>);
      logger.error({
        event: 'mail.failed',
        ...context,
        code,
        stage,
        retryable,
        responseCode,
        response,
        message,
        durationMs: clock.now() - startedAt,
      });
      throw error;
    }
  }

  const drain = createDrain('mailer', () => transport.close());

  return {
    send: (request, operation) => drain.run(() => send(request, operation?.signal)),
    async render(request) {
      return renderChecked(parseSendRequest(request));
    },
    verify: (operation) => drain.run(() => transport.verify(operation)),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}

function readSender(fromEmail: string): Mailbox {
  const sender = readMailbox(fromEmail);
  if (sender.ok) return sender.value;
  throw new ConfigError([
    {
      severity: 'error',
      path: ['fromEmail'],
      code: 'sender_invalid',
      message: `fromEmail is not a usable address (${sender.problem})`,
    },
  ]);
}

function readReplyTo(text: string): readonly Mailbox[] {
  const replyTo = readMailboxList(text);
  if (replyTo.ok) return replyTo.value;
  throw new ConfigError([
    {
      severity: 'error',
      path: ['replyTo'],
      code: 'reply_to_invalid',
      message: `replyTo is not a usable address (${replyTo.problem})`,
    },
  ]);
}

/** A config that was written in code has not been through `parseConnectorConfig`. */
function readCustomHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | readonly string[]> {
  const issues = Object.keys(headers)
    .filter((name) => !isHeaderName(name))
    .map(
      (name): ConfigIssue => ({
        severity: 'error',
        path: ['customHeaders', name],
        code: 'header_name',
        message: HEADER_NAME_RULE,
      }),
    );
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isReservedHeader(name))
      .map(([name, value]) => [
        name,
        typeof value === 'string' ? sanitizeHeaderValue(value) : value.map(sanitizeHeaderValue),
      ]),
  );
}

/** Random; with an idempotency key the same for every request of that key, even from another process. */
function messageIdFor(from: Mailbox, request: { to: string; type: string; idempotencyKey?: string }): string {
  const { to, type, idempotencyKey } = request;
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const unique =
    idempotencyKey === undefined
      ? randomUUID()
      : createHash('sha256')
          .update(JSON.stringify([idempotencyKey, type, to]))
          .digest('hex')
          .slice(0, 32);
  return `<${unique}@${domain}>`;
}
