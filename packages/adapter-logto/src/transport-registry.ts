import { type ConnectorConfig, parseSmtpConfig, type Transport } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';
import { configLogger } from './config-logger.js';
import { fingerprint } from './fingerprint.js';
import { createIdleCache } from './idle-cache.js';

/** Far more than the connectors of one instance. */
const MAX_TRANSPORTS = 20;

/** Connections close earlier, after a minute; this is how long credentials are remembered. */
const IDLE_MS = 5 * 60_000;

/**
 * One transport, and so one pool of connections, for each distinct server, login and set of options. An edited config gets
 * another one; the former closes when it is idle. Two accounts can share everything but the password: every SendGrid
 * account has the user `apikey`.
 */
export interface TransportRegistry {
  /** Sends through the transport of this config, which is opened by its first email. Closing it does nothing. */
  transportFor(config: ConnectorConfig): Transport;
  /** Lets emails in flight finish, and closes every transport. */
  close(): Promise<void>;
  /** How many transports are open. */
  readonly size: number;
}

export interface TransportRegistryOptions {
  /** @default an SMTP transport */
  open?: (config: ConnectorConfig) => Transport;
  /** The one that was not used for longest is closed for another. @default 20 */
  maxTransports?: number;
  /** Milliseconds without an email. @default 5 minutes */
  idleMs?: number;
}

export function createTransportRegistry(options: TransportRegistryOptions = {}): TransportRegistry {
  const { open = openTransport, maxTransports = MAX_TRANSPORTS, idleMs = IDLE_MS } = options;
  /** Emails in flight go out first, so closing takes its time. */
  const closing = new Set<Promise<void>>();

  const transports = createIdleCache<Transport>({
    maxEntries: maxTransports,
    idleMs,
    dispose(transport) {
      const done = transport.close().finally(() => closing.delete(done));
      closing.add(done);
    },
  });

  return {
    transportFor(config) {
      const key = fingerprint(parseSmtpConfig(config));
      const use = () => transports.use(key, () => open(config));
      return {
        name: 'smtp',
        // In one go: a transport that is being closed still takes along what it has begun.
        send: (email, operation) => use().send(email, operation),
        verify: (operation) => use().verify(operation),
        close: async () => {},
        [Symbol.asyncDispose]: async () => {},
      };
    },
    async close() {
      transports.clear();
      await Promise.all(closing);
    },
    get size() {
      return transports.size;
    },
  };
}

/**
 * As the official connector sends: STARTTLS where it is offered, and where it is not, a login in plain text; no login
 * where the server offers none, as relays that trust by address are often configured with the form's placeholder for a
 * password. Both are logged as warnings.
 */
const openTransport = (config: ConnectorConfig): Transport =>
  createSmtpTransport(config, { plaintextAuth: 'warn', missingAuth: 'warn', logger: configLogger(config) });
