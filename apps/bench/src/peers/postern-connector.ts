import createConnector from '@postern/connector-smtp';
import type { OpenSender } from '../contestant.ts';
import { connectorConfig, sendThrough } from '../logto-instance.ts';

/** In a Logto instance. The size of its pool is set in its config, as its README says. */
export const open: OpenSender = (server, connections) => ({
  send: sendThrough(createConnector, {
    ...connectorConfig(server),
    maxConnections: connections,
    maxMessages: Number.MAX_SAFE_INTEGER,
  }),
  // Its idle connections don't keep a process alive.
  close: async () => {},
});
