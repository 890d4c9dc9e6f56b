import { MailError } from '@postern/core';
import { testEmail } from '@postern/testing';
import {
  createSmtpTransport,
  type DnsResolver,
  diagnose,
  type SmtpTransportConfig,
} from '@postern/transport-smtp';
import { DOMAIN } from './server-place.ts';

/** The outcome of a situation. */
export interface Outcome {
  /** `sent`, or the failure: `recipient_rejected at rcpt, permanent`. */
  readonly email: string;
  /** The verdict of `diagnose()`: `ready`, or for example `broken at rcpt`. */
  readonly diagnosis: string;
}

/** The addresses and subject of a sign-in email. */
export interface Draft {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
}

/** A transport for an {@link Attempt}. */
interface Sender {
  /** Sends an email. Resolves with `sent` or a failure. */
  send(draft?: Draft): Promise<string>;
  /** Resolves when one of the open connections closes. */
  closed(): Promise<void>;
}

/** How emails are sent. The result is that of the relevant email. */
export type Attempt = (sender: Sender) => Promise<string>;

const once: Attempt = ({ send }) => send();

/** Sends some emails before the relevant one, over the same connection if possible. */
export const after =
  (...drafts: readonly Draft[]): Attempt =>
  async ({ send }) => {
    for (const draft of drafts) await send(draft);
    return send();
  };

/** Sends all emails at the same time. The result lists the different outcomes. */
export const together =
  (count: number): Attempt =>
  async ({ send }) => {
    const results = await Promise.all(Array.from({ length: count }, () => send()));
    return [...new Set(results)].join('; ');
  };

/** Sends again after the server has closed the idle connection. */
export const afterIdle: Attempt = async ({ send, closed }) => {
  await send();
  await closed();
  return send();
};

export interface Trial {
  readonly config: SmtpTransportConfig;
  readonly draft?: Draft | undefined;
  readonly attempt?: Attempt | undefined;
}

/** DNS records of a correctly configured sender domain, because only the servers are tested. */
const resolver: DnsResolver = {
  resolveMx: async () => [{ exchange: `mail.${DOMAIN}`, priority: 10 }],
  resolveTxt: async (name) => [[name.startsWith('_dmarc.') ? 'v=DMARC1; p=reject' : 'v=spf1 mx -all']],
};

/** The outcome of a situation and its messages. */
export interface Report extends Outcome {
  /** The server's reply to the relevant email. */
  readonly reply: string;
  /** The messages of the failed email and of the diagnosis. */
  readonly messages: readonly string[];
}

/** Sends an email and then runs `diagnose()`. */
export async function tryOut({ config, draft = {}, attempt = once }: Trial): Promise<Report> {
  let reply = '';
  let message = '';
  let onClosed = () => {};
  const logger = {
    debug: ({ event }: { event: string }) => event === 'smtp.connection.closed' && onClosed(),
    info() {},
    warn() {},
    error() {},
  };
  const transport = createSmtpTransport(config, { logger });
  const sender: Sender = {
    async send(other) {
      const { from = `noreply@${DOMAIN}`, to = `ada@${DOMAIN}`, ...rest } = { ...draft, ...other };
      reply = '';
      message = '';
      try {
        await transport.send(testEmail({ from: { address: from }, to, ...rest }));
        return 'sent';
      } catch (error) {
        if (!(error instanceof MailError)) throw error;
        reply = error.response ?? '';
        message = error.message;
        return `${error.code} at ${error.stage}, ${error.retryable ? 'temporary' : 'permanent'}`;
      }
    },
    closed: () =>
      new Promise((resolve) => {
        onClosed = resolve;
      }),
  };
  const email = await attempt(sender);
  await transport.close?.();
  const { port = 0 } = config;
  const { verdict, steps, problem } = await diagnose(
    { fromEmail: draft.from ?? `noreply@${DOMAIN}`, ...config },
    {
      to: draft.to ?? `ada@${DOMAIN}`,
      resolver,
      alternativePorts: [true, false].map((secure) => ({ port: Number(port), secure })),
    },
  );
  const failed = steps.find(({ status }) => status === 'failed');
  return {
    email,
    diagnosis: failed ? `${verdict} at ${failed.name}` : verdict,
    reply,
    messages: [message, problem?.message ?? ''],
  };
}
