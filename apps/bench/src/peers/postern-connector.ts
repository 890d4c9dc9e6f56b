import createConnector from '@postern/connector-smtp';
import type { OpenSender } from '../contestant.ts';
import { connectorConfig, sendThrough } from '../logto-instance.ts';

/** In a Logto instance. The config sets the size of the pool, as its README describes. */
export const open: OpenSender = (server, connections) => ({
  send: sendThrough(createConnector, {
    ...connectorConfig(server),
    maxConnections: connections,
    maxMessages: Number.MAX_SAFE_INTEGER,
  }),
  // Idle connections do not keep the process alive.
  close: async () => {},
});
