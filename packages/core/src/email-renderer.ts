import type { Clock } from './clock.js';
import type { ConnectorConfig } from './config/connector-config.js';
import { readCustomHeaders } from './custom-headers.js';
import { type Email, freezeEmail } from './email.js';
import { mergeHeaders } from './header-field.js';
import { createLinkRule } from './link-schemes.js';
import { type AcceptedLocales, normalizeLocale, preferredLocale } from './locale.js';
import type { Logger } from './logger.js';
import { MailError } from './mail-error.js';
import { type Mailbox, parseRecipient } from './mailbox.js';
import { formatOtpToken, parseOtpOrigin } from './otp-token.js';
import { withRequestContext } from './request-context.js';
import { requestIdentity } from './request-identity.js';
import { collectSecrets } from './secrets.js';
import type { CheckedSendRequest } from './send-request.js';
import { readReplyTo, readSender } from './sender.js';
import { sha256Hex } from './sha256.js';
import type { MissingVariable } from './template/evaluate-template.js';
import type { BrokenTemplate } from './template/plain-template.js';
import type { TemplateOverride } from './template/template.js';
import { createTemplateCatalog } from './template/template-catalog.js';
import { findMissingVariables, isNotice } from './usage-types.js';
import { withValidity } from './validity.js';

/** The part of a {@link ConnectorConfig} that a mailer needs: sender and templates. */
export type MailerConfig = Pick<
  ConnectorConfig,
  'replyTo' | 'templates' | 'customHeaders' | 'linkSchemes'
> & {
  /** A string is checked. A mailbox is used as is, for senders that only your own server understands. */
  fromEmail: string | Mailbox;
  /** The language for requests without a locale, or with one that no template matches (BCP 47). */
  defaultLocale?: string | undefined;
};

/**
 * Finds a template outside of the config. If it resolves to `undefined` or fails, the template of the config is used. A
 * failure is logged.
 */
export type ResolveTemplate = (
  type: string,
  /** The reader's preferred language. */
  locale: string | undefined,
  /** All languages that the reader accepts, for `pickLocale`, if there is more than one. */
  accepted?: AcceptedLocales | undefined,
) => Promise<TemplateOverride | undefined>;

export interface EmailRendererOptions {
  config: MailerConfig;
  resolveTemplate?: ResolveTemplate | undefined;
  missingVariable: MissingVariable;
  brokenTemplate: BrokenTemplate;
  otpOrigin?: string | undefined;
  linkSchemes?: readonly string[] | undefined;
  logger: Logger;
  clock: Clock;
}

/** Marks automatic mail and suppresses out-of-office replies (RFC 3834; Microsoft [MS-OXCMAIL] 2.2.3.2.14). */
const STANDARD_HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/**
 * Renders requests into emails: recipient, template, content, sender, and header fields.
 *
 * @throws {ConfigError} if the sender, the custom headers, `otpOrigin`, or `linkSchemes` are not valid
 */
export function createEmailRenderer(
  options: EmailRendererOptions,
): (request: CheckedSendRequest) => Promise<Email> {
  const { config, resolveTemplate, missingVariable, brokenTemplate, logger, clock } = options;
  const sender = frozen(readSender(config.fromEmail));
  const replyTo = config.replyTo ? Object.freeze(readReplyTo(config.replyTo).map(frozen)) : undefined;
  const otpOrigin = options.otpOrigin === undefined ? undefined : parseOtpOrigin(options.otpOrigin);
  const linkRule = createLinkRule([...(config.linkSchemes ?? []), ...(options.linkSchemes ?? [])]);
  const headers = mergeHeaders(STANDARD_HEADERS, readCustomHeaders(config.customHeaders ?? {}));
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const catalog = createTemplateCatalog({
    templates: config.templates,
    defaultLocale: config.defaultLocale,
    compileOptions: { missingVariable, brokenTemplate, linkRule },
    logger,
  });

  async function resolveOverride(resolve: ResolveTemplate, type: string, accepted?: AcceptedLocales) {
    const locale = preferredLocale(accepted);
    try {
      const isOne = accepted === undefined || normalizeLocale(String(accepted)) !== undefined;
      const override = await (isOne ? resolve(type, locale) : resolve(type, locale, accepted));
      return override ? await catalog.compileOverride(type, override) : undefined;
    } catch (error) {
      // Only the messages of Postern's own errors are safe to log.
      const reason = error instanceof MailError ? error.message : 'resolveTemplate failed';
      logger.warn({ event: 'template.override_failed', type, locale, reason });
      return undefined;
    }
  }

  /** Logs an address that is not valid and omits it: a sign-in email with a wrong Reply-To is better than none. */
  function usable<T>(
    value: T | 'unusable' | undefined,
    field: 'sendFrom' | 'replyTo',
    type: string,
  ): T | undefined {
    if (value !== 'unusable') return value;
    logger.warn({ event: 'template.address_unusable', type, field });
    return undefined;
  }

  return async (request) => {
    const { type, payload, locale, requestContext, expiresAt, idempotencyKey } = request;
    const to = parseRecipient(request.to);
    const missing = missingVariable === 'error' ? findMissingVariables(type, payload) : undefined;
    if (missing) {
      throw new MailError('payload_invalid', `The payload of ${type} emails must contain ${missing}.`, {
        stage: 'payload',
        hint: `Pass payload: { ${missing.startsWith('a code') ? 'code: "482913"' : 'link: "https://…"'} }. The value must be a string.`,
      });
    }
    if (isNotice(type) && (payload.code ?? '') !== '') {
      throw new MailError('payload_invalid', `The payload of ${type} emails must not contain a code.`, {
        stage: 'payload',
        hint: 'Pass a link, or use a usage type for codes. Queues keep the content of notices for longer.',
      });
    }
    const override = resolveTemplate && (await resolveOverride(resolveTemplate, type, locale));
    const template = override ?? (await catalog.find(type, locale));
    const reader = { now: clock.now(), locale: template.locale ?? config.defaultLocale };
    const timed = withValidity({ recipient: to, ...payload }, { expiresAt, ...reader });
    const rendered = template.render(withRequestContext(timed, requestContext, reader));
    const from = usable(rendered.from, 'sendFrom', type) ?? sender;
    const answersTo = usable(rendered.replyTo, 'replyTo', type) ?? replyTo;
    const otpToken = otpOrigin === undefined ? undefined : formatOtpToken(payload.code, otpOrigin);
    const id = await uniqueId({ to, type, idempotencyKey });
    return freezeEmail({
      type,
      ...(template.locale !== undefined && { locale: template.locale }),
      messageId: `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
      date: new Date(clock.now()),
      from,
      to,
      ...(answersTo && { replyTo: answersTo }),
      subject: rendered.subject,
      text: rendered.text,
      ...(rendered.html !== undefined && { html: rendered.html }),
      headers: Object.freeze({
        ...headers,
        ...(!names.has('content-language') &&
          template.locale !== undefined && { 'Content-Language': template.locale }),
        // Otherwise, Gmail groups emails with the same subject into one conversation and hides the newest code.
        ...(!names.has('x-entity-ref-id') && { 'X-Entity-Ref-ID': id }),
        ...(otpToken !== undefined && { 'OTP-Token': otpToken }),
      }),
      ...(expiresAt && { expiresAt }),
      secrets: collectSecrets(payload),
      ...(idempotencyKey !== undefined && {
        idempotency: { key: idempotencyKey, identity: requestIdentity(request) },
      }),
    });
  };
}

const frozen = (mailbox: Mailbox): Mailbox => Object.freeze({ ...mailbox });

/** A random ID. With an idempotency key, every request with that key has the same ID, even in another process. */
async function uniqueId({
  to,
  type,
  idempotencyKey,
}: Pick<CheckedSendRequest, 'to' | 'type' | 'idempotencyKey'>): Promise<string> {
  if (idempotencyKey === undefined) return crypto.randomUUID();
  return (await sha256Hex(JSON.stringify([idempotencyKey, type, to]))).slice(0, 32);
}
