import { ConnectorType, type CreateConnector, type EmailConnector } from '@logto/connector-kit';
import { configGuard } from './config-guard.js';
import { metadata } from './metadata.js';
import { createSendMessage } from './send-message.js';

/**
 * Makes the connector. Logto does so for every request, and once at its start with nothing but `getConfig`: it costs
 * nothing, and all connectors of a process share their connections.
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
