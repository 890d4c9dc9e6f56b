import { type CreateConnector, type EmailConnector, TemplateType } from '@logto/connector-kit';
import type { MailServer, Sender } from './contestant.ts';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE } from './sign-in-email.ts';

/** What the console stores. */
export const connectorConfig = ({ host, port, secure }: MailServer): Record<string, unknown> => ({
  host,
  port,
  auth: secure ? { type: 'login', user: secure.user, pass: secure.pass } : {},
  ...(secure && { requireTLS: true, tls: { ca: secure.certificate } }),
  fromEmail: FROM,
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/html',
    subject: SUBJECT_TEMPLATE,
    content: HTML_TEMPLATE,
  })),
});

/**
 * What Logto's server does with a connector: it reads the config from its database, makes the connector anew, and has
 * it send, for each request. (Its server reads the connector's logo and readme from disk for each request, too: that
 * is not the connector's doing, and left out.)
 */
export function sendThrough(
  createConnector: CreateConnector<EmailConnector>,
  config: Record<string, unknown>,
): Sender['send'] {
  const stored = JSON.stringify(config);
  return async (to, code) => {
    const connector = await createConnector({ getConfig: async () => JSON.parse(stored) });
    return connector.sendMessage({ to, type: TemplateType.SignIn, payload: { code } });
  };
}
