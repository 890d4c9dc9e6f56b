import { type ConnectorConfig, parseProviders, type Transport } from '@postern/core';
import { createTransport } from '@postern/transport';
import { configLogger } from './config-logger.js';
import { fingerprint } from './fingerprint.js';
import { createIdleCache } from './idle-cache.js';

/** Much more than one instance needs. */
const MAX_TRANSPORTS = 20;

/** How long credentials are kept. Connections close earlier, after a minute. */
const IDLE_MS = 5 * 60_000;

/**
 * Keeps one transport, and thus one connection pool, for each distinct server, login, and set of options. An edited config gets a
 * new transport, and the old one closes when it is idle. The password is part of the key, because every SendGrid account has the
 * user `apikey`.
 */
export interface TransportRegistry {
  /** Returns a transport for this config, which opens with the first email. Closing it does nothing. */
  transportFor(config: ConnectorConfig): Transport;
  /** Lets emails in flight finish and closes all transports. */
  close(): Promise<void>;
  /** The number of open transports. */
  readonly size: number;
}

export interface TransportRegistryOptions {
  /** @default the transport that the config selects */
  open?: (config: ConnectorConfig) => Transport;
  /** If there are more, the least recently used transport closes. @default 20 */
  maxTransports?: number;
  /** Milliseconds without an email. @default 5 minutes */
  idleMs?: number;
}

export function createTransportRegistry(options: TransportRegistryOptions = {}): TransportRegistry {
  const { open = openTransport, maxTransports = MAX_TRANSPORTS, idleMs = IDLE_MS } = options;
  /** Transports that finish their emails in flight before they close. */
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
      const key = fingerprint(parseProviders(config));
      const use = () => transports.use(key, () => open(config));
      return {
        name: 'smtp',
        // Look up the transport and send synchronously, because a closing transport finishes only the emails that it has started.
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
 * Works like the official connector: uses STARTTLS if offered, and otherwise logs in over plain text. Sends without a login if the
 * server offers none, because configs for relays that trust an IP address often contain the form's placeholder password. Both are
 * logged as warnings.
 */
const openTransport = (config: ConnectorConfig): Transport =>
  createTransport(config, {
    smtp: { plaintextAuth: 'warn', missingAuth: 'warn' },
    logger: configLogger(config),
  });
