import createConnector from '@logto/connector-smtp';
import type { OpenSender } from '../contestant.ts';
import { connectorConfig, sendThrough } from '../logto-instance.ts';

/** In a Logto instance. It has no documented setting for a pool, so each email opens a connection. */
export const open: OpenSender = (server) => ({
  send: sendThrough(createConnector, connectorConfig(server)),
  close: async () => {},
});
