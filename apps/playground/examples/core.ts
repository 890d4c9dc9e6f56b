import { type ConnectorConfig, createMailer, type MailerOptions } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';

/** Once, when the application starts. `config` is what `parseConnectorConfig` makes of your JSON. */
export function startMailer(
  config: ConnectorConfig,
  { transport = createSmtpTransport(config), ...options }: Partial<MailerOptions> = {},
) {
  return createMailer({ config, transport, ...options });
}
