import createConnector from '@logto/connector-smtp';
import type { OpenSender } from '../contestant.ts';
import { connectorConfig, sendThrough } from '../logto-instance.ts';

/** In a Logto instance. Nothing that its manual documents keeps a connection: each email has one of its own. */
export const open: OpenSender = (server) => ({
  send: sendThrough(createConnector, connectorConfig(server)),
  close: async () => {},
});
