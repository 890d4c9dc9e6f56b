import { ConnectorType, type CreateConnector, type EmailConnector } from '@logto/connector-kit';
import { configGuard } from './config-guard.js';
import { metadata } from './metadata.js';
import { createSendMessage } from './send-message.js';

/**
 * Creates the connector. Logto calls this for every request, and once at startup with only `getConfig`. It is cheap, and all
 * connectors of a process share their connections.
 */
export const createConnector: CreateConnector<EmailConnector> = async ({
  getConfig,
  getI18nEmailTemplate,
}) => ({
  metadata,
  type: ConnectorType.Email,
  configGuard,
  sendMessage: createSendMessage(getConfig, getI18nEmailTemplate),
});
