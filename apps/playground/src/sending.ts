import {
  type ConnectorConfig,
  createMailer,
  type Email,
  type Logger,
  type Mailer,
  type Receipt,
  type Transport,
} from '@postern/core';
import { withFailover } from '@postern/resilience';
import { createSmtpTransport } from '@postern/transport-smtp';
import type { AttemptLog } from './attempt-log.js';
import { OTP_ORIGIN } from './built-in-config.js';
import type { Inbox } from './inbox.js';
import { keepSent } from './kept-email.js';
import type { MailServers } from './mail-servers.js';
import type { DeliveryTarget } from './wire/session.js';

/** The mailer and the transport for one config. */
export interface Sending {
  readonly config: ConnectorConfig;
  readonly target: DeliveryTarget;
  /** Sends to the config's server, or to the playground's servers with failover. */
  readonly transport: Transport;
  readonly mailer: Mailer;
  /** Waits for pending emails. Idempotent. */
  close(): Promise<void>;
}

export interface SendingOptions {
  readonly config: ConnectorConfig;
  readonly target: DeliveryTarget;
  readonly servers: MailServers;
  readonly attempts: AttemptLog;
  readonly inbox: Inbox;
  readonly logger: Logger;
}

/** In milliseconds. Short, because people watch the servers recover. */
const PROBE_AFTER = 4000;
/** In milliseconds. Shorter than the defaults for the same reason. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function createSending({ config, target, servers, attempts, inbox, logger }: SendingOptions): Sending {
  const labelled = (transport: Transport): Transport => ({
    ...transport,
    send(email, options) {
      inbox.label(email.messageId, {
        type: email.type,
        ...(email.locale !== undefined && { locale: email.locale }),
      });
      return transport.send(email, options);
    },
  });
  const transport = labelled(target.mode === 'trap' ? toPlayground() : toServer());

  function toPlayground(): Transport {
    const limited = { ...config, ...TIMEOUTS };
    const primary = createSmtpTransport(limited, { name: 'primary' });
    const backup = createSmtpTransport({ ...limited, ...servers.addressOf('backup') }, { name: 'backup' });
    return withFailover([attempts.observe('primary', primary), attempts.observe('backup', backup)], {
      probeAfterMs: PROBE_AFTER,
      logger,
    });
  }

  function toServer(): Transport {
    const smtp = createSmtpTransport(config);
    return attempts.observe(
      'server',
      showing(smtp, (email, receipt) => inbox.add(keepSent(email, receipt))),
    );
  }

  const mailer = createMailer({ config, transport, otpOrigin: OTP_ORIGIN, logger });
  return { config, target, transport, mailer, close: () => mailer.close() };
}

/** Shows accepted emails in the inbox, because a real mailbox is not accessible. */
const showing = (transport: Transport, show: (email: Email, receipt: Receipt) => void): Transport => ({
  ...transport,
  async send(email, options) {
    const receipt = await transport.send(email, options);
    show(email, receipt);
    return receipt;
  },
});
