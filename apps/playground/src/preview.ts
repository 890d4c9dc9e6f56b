import { sampleContext, sortIssues } from '@postern/config-tools';
import {
  createMailer,
  type Email,
  MailError,
  parseSendRequest,
  type Template,
  type Transport,
} from '@postern/core';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { OTP_ORIGIN } from './built-in-config.js';
import { directionOf } from './email-document.js';
import { checkHtmlSize, checkHtmlSupport } from './html-support.js';
import { formatMailbox } from './kept-email.js';
import type { ConfigStore } from './running-config.js';
import { checkTemplate, usedVariables } from './template-check.js';
import type { Preview } from './wire/compose.js';
import type { Issue } from './wire/issue.js';

/** Renders templates, and reports their issues and variables. */
export interface Previewer {
  preview(request: {
    readonly template: Template;
    readonly payload: Record<string, unknown>;
    readonly to: string;
    readonly source: boolean;
  }): Promise<Preview>;
  /** The HTML of a recent preview. */
  htmlOf(id: string): string | undefined;
  close(): Promise<void>;
}

const MOST_KEPT = 20;

/** A transport for rendering only. */
const nowhere: Transport = {
  name: 'preview',
  send: () => Promise.reject(new Error('A preview cannot be sent.')),
  verify: () => Promise.resolve(),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

export function createPreviewer(config: ConfigStore): Previewer {
  const kept = new Map<string, string>();
  let latest = 0;
  /** Started when a source is first requested. */
  let trap: Promise<SmtpTrap> | undefined;

  function keep(html: string): string {
    latest += 1;
    const id = String(latest);
    kept.set(id, html);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return id;
  }

  /** Sends the email to a separate trap, and returns the message. */
  async function sourceOf(email: Email): Promise<string> {
    trap ??= startSmtpTrap({ tls: 'none' });
    const { inbox, host, port } = await trap;
    const transport = createSmtpTransport({ host, port, auth: {}, dkim: config.current.config.dkim });
    try {
      await transport.send(email);
      const received = await inbox.waitFor(({ messageId }) => messageId === email.messageId);
      return received.raw.toString('utf8');
    } finally {
      inbox.clear();
      await transport.close();
    }
  }

  async function render(
    { usageType, locale, ...content }: Template,
    payload: Record<string, unknown>,
    to: string,
  ): Promise<Email | Issue> {
    const { fromEmail, replyTo, customHeaders } = config.current.config;
    try {
      const mailer = createMailer({
        config: {
          fromEmail,
          ...(replyTo !== undefined && { replyTo }),
          ...(customHeaders && { customHeaders }),
          templates: [{ usageType, ...content }],
        },
        transport: nowhere,
        otpOrigin: OTP_ORIGIN,
      });
      const requestContext = sampleContext(usageType);
      return await mailer.render(parseSendRequest({ to, type: usageType, payload, locale, requestContext }));
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      const { code, message, hint } = error;
      return { severity: 'error', code, message, ...(hint !== undefined && { hint }) };
    }
  }

  return {
    async preview({ template, payload, to, source }) {
      const checked = checkTemplate(template);
      const variables = usedVariables(template);
      const isBroken = checked.some(({ severity }) => severity === 'error');
      const rendered = isBroken ? undefined : await render(template, payload, to);
      const isHtml = template.contentType === 'text/html';
      const support = isHtml ? checkHtmlSupport(template.content) : [];
      if (rendered === undefined || 'severity' in rendered) {
        return {
          issues: sortIssues([...checked, ...(rendered ? [rendered] : []), ...support]),
          variables,
        };
      }
      const { html } = rendered;
      return {
        issues: sortIssues([...checked, ...support, ...(html === undefined ? [] : checkHtmlSize(html))]),
        variables,
        email: {
          from: formatMailbox(rendered.from),
          subject: rendered.subject,
          text: rendered.text,
          direction: html === undefined ? 'ltr' : directionOf(html),
          ...(html !== undefined && {
            html,
            htmlUrl: `/api/compose/previews/${keep(html)}/html`,
            htmlSize: Buffer.byteLength(html),
          }),
          ...(source && { source: await sourceOf(rendered) }),
        },
      };
    },
    htmlOf: (id) => kept.get(id),
    async close() {
      await (await trap)?.close();
    },
  };
}
