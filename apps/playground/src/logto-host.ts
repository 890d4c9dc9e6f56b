import { readFile } from 'node:fs/promises';
import {
  ConnectorType,
  type CreateConnector,
  type EmailConnector,
  sendMessageDataGuard,
  validateConfig,
} from '@logto/connector-kit';
import { type ConnectorConfig, MailError } from '@postern/core';

/** Postern's connector, loaded from its built package like in Logto. */
export interface LogtoHost {
  /**
   * Sends like the test in Logto's console, which creates a connector for each request and returns detailed errors.
   *
   * @throws {ConnectorError} the error of the connector
   * @throws {MailError} `payload_invalid` for a request that Logto would not make
   */
  send(request: unknown): Promise<unknown>;
}

const packageFile = (path: string) =>
  new URL(path, import.meta.resolve('@postern/connector-smtp/package.json'));

/** Like in Logto, only a call can show whether the function creates connectors. */
const isCreateConnector = (value: unknown): value is CreateConnector<EmailConnector> =>
  typeof value === 'function';

/**
 * Checks the package like Logto's loader, and the config like Logto's console.
 *
 * @throws Error if Logto would reject the connector
 */
export async function startLogtoHost(config: ConnectorConfig): Promise<LogtoHost> {
  const { dependencies } = JSON.parse(await readFile(packageFile('package.json'), 'utf8'));
  if (!dependencies?.['@logto/connector-kit'])
    throw new Error('The package does not depend on connector-kit.');
  const { default: createConnector }: { default?: unknown } = await import(packageFile('lib/index.js').href);
  if (!isCreateConnector(createConnector))
    throw new Error('The default export of the package is not a connector.');

  const getConfig = async () => config;
  const { metadata, type, configGuard } = await createConnector({ getConfig });
  if (type !== ConnectorType.Email) throw new Error('The connector is not an email connector.');
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
        throw new MailError('payload_invalid', `Logto does not send such requests: ${problems}.`, {
          stage: 'payload',
        });
      }
      const { sendMessage } = await createConnector({ getConfig });
      return sendMessage(data.data, config);
    },
  };
}
