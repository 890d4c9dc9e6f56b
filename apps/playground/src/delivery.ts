import type { ConnectorConfig, Email, Receipt, Transport } from '@postern/core';
import { startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { type ShownEmail, showReceived, showSent } from './shown-email.js';

/** Where the playground's emails go, and how they come back to be shown. */
export interface Delivery {
  readonly mode: 'trap' | 'server';
  /** For people: `127.0.0.1:40211` */
  readonly server: string;
  readonly transport: Transport;
  /** The config that it really uses. */
  readonly config: ConnectorConfig;
  /** Once the transport is closed: ends whatever else there is. */
  close(): Promise<void>;
}

/**
 * Starts a trap that takes the config's login, and sends there over STARTTLS. Of the config, only the port and
 * the trusted certificate are replaced: both are new on every run.
 */
export async function deliverToTrap(
  config: ConnectorConfig,
  show: (email: ShownEmail) => void,
): Promise<Delivery> {
  const trap = await startSmtpTrap({
    host: config.host,
    ...('pass' in config.auth && { auth: config.auth }),
  });
  const underway = new Map<string, Email>();
  trap.inbox.onEmail((received) => {
    const { messageId = '' } = received;
    show(showReceived(received, underway.get(messageId), new Date()));
  });
  const tls = { ...config.tls, ca: trap.certificate };
  const used = { ...config, port: trap.port, tls };
  const smtp = createSmtpTransport(used);
  return {
    mode: 'trap',
    server: `${trap.host}:${trap.port}`,
    config: used,
    transport: {
      ...smtp,
      async send(email, operation) {
        underway.set(email.messageId, email);
        try {
          return await smtp.send(email, operation);
        } finally {
          underway.delete(email.messageId);
        }
      },
    },
    close: () => trap.close(),
  };
}

/** Sends to the config's server. No one can look into the mailboxes there, so what was handed over is shown. */
export function deliverToServer(config: ConnectorConfig, show: (email: ShownEmail) => void): Delivery {
  const smtp = createSmtpTransport(config);
  const send: Transport['send'] = async (email, operation): Promise<Receipt> => {
    const receipt = await smtp.send(email, operation);
    show(showSent(email, receipt, new Date()));
    return receipt;
  };
  return {
    mode: 'server',
    server: config.service ?? `${config.host}:${config.port}`,
    config,
    transport: { ...smtp, send },
    close: async () => {},
  };
}
