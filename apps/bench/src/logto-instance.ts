import { type CreateConnector, type EmailConnector, TemplateType } from '@logto/connector-kit';
import type { MailServer, Sender } from './contestant.ts';
import { FROM, HTML_TEMPLATE, SUBJECT_TEMPLATE } from './sign-in-email.ts';

/** The config that the console stores. */
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
 * Uses a connector as Logto's server does for each request: reads the config, creates the connector, and sends. Leaves out that the
 * server also reads the connector's logo and readme from disk, which is independent of the connector.
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
