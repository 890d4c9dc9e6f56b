import { readFile } from 'node:fs/promises';
import {
  ConnectorType,
  type CreateConnector,
  type EmailConnector,
  sendMessageDataGuard,
  validateConfig,
} from '@logto/connector-kit';
import { type ConnectorConfig, MailError } from '@postern/core';

/** The drop-in connector, loaded from its built package as a Logto instance does it. */
export interface LogtoHost {
  /**
   * Sends as Logto's console does when it tests a config: with a new connector for each request, and with errors that say
   * what is wrong. Errors of real sign-ins only say it in the log.
   *
   * @throws {ConnectorError} of the connector
   * @throws {MailError} `payload_invalid` for a request that Logto would not make
   */
  send(request: unknown): Promise<unknown>;
}

const packageFile = (path: string) =>
  new URL(path, import.meta.resolve('@postern/connector-smtp/package.json'));

/** Whether it really makes connectors shows only when it is called, there as here. */
const isCreateConnector = (value: unknown): value is CreateConnector<EmailConnector> =>
  typeof value === 'function';

/**
 * Checks the package and its connector like Logto's loader, and the config like its console on saving.
 *
 * @throws Error when Logto would not take it
 */
export async function startLogtoHost(config: ConnectorConfig): Promise<LogtoHost> {
  const { dependencies } = JSON.parse(await readFile(packageFile('package.json'), 'utf8'));
  if (!dependencies?.['@logto/connector-kit'])
    throw new Error('The package does not name its connector-kit.');
  const { default: createConnector }: { default?: unknown } = await import(packageFile('lib/index.js').href);
  if (!isCreateConnector(createConnector))
    throw new Error('The package has no connector as its default export.');

  const getConfig = async () => config;
  const { metadata, type, configGuard } = await createConnector({ getConfig });
  if (type !== ConnectorType.Email) throw new Error('The connector is not one for email.');
  for (const file of [metadata.logo, metadata.logoDark, metadata.readme]) {
    if (file) await readFile(packageFile(file));
  }
  validateConfig(config, configGuard);

  return {
    async send(request) {
      const data = sendMessageDataGuard.safeParse(request);
      if (!data.success) {
        const problems = data.error.issues
          .map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; ');
        throw new MailError('payload_invalid', `Logto makes no such request: ${problems}.`, {
          stage: 'payload',
        });
      }
      const { sendMessage } = await createConnector({ getConfig });
      return sendMessage(data.data, config);
    },
  };
}
