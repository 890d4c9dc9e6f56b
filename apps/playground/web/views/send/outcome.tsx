import { CircleCheck, Clock, Mail, Truck } from 'lucide-react';
import { Link } from 'wouter';
import type { Sent } from '../../../src/wire/send';
import { ApiError } from '../../api';
import { useLive } from '../../live';
import { CodeBlock } from '../../parts/code-block';
import { Facts } from '../../parts/facts';
import { Problem } from '../../parts/problem';
import styles from './outcome.module.css';

/** How one sending went. */
export type Outcome = { readonly sent: Sent } | { readonly error: unknown };

/** What this email took; starting the way, once, is told apart. */
export const takenMs = ({ timings: { totalMs, startMs = 0 } }: Sent): number => totalMs - startMs;

const ms = (value: number | undefined) =>
  value === undefined ? undefined : `${Math.round(value).toLocaleString()} ms`;

export function OutcomeReport({ outcome }: { outcome: Outcome }) {
  if ('sent' in outcome) return <SentReport sent={outcome.sent} />;
  const { stage, response } = outcome.error instanceof ApiError ? outcome.error.problem : {};
  return (
    <div className={styles.report}>
      <Problem error={outcome.error} />
      <Facts
        facts={[
          ['Stage', stage],
          ['The server said', response],
        ]}
      />
    </div>
  );
}

function SentReport({ sent }: { sent: Sent }) {
  const { receipt, deliveryId, http, timings } = sent;
  const delivery = useLive(({ deliveries }) =>
    deliveryId === undefined ? undefined : deliveries.find(({ id }) => id === deliveryId),
  );
  const messageId = receipt?.messageId ?? delivery?.messageId;
  const email = useLive(({ emails }) =>
    messageId === undefined ? undefined : emails.find((other) => other.messageId === messageId),
  );
  const isTaken = receipt !== undefined || delivery?.state === 'sent';
  const taken = ms(takenMs(sent));
  return (
    <div className={styles.report} role="status">
      <p className={styles.title} data-taken={isTaken || undefined}>
        {isTaken ? <CircleCheck aria-hidden /> : <Clock aria-hidden />}
        <span>
          {receipt ? `Sent in ${taken}` : `Stored in ${taken}`}
          {deliveryId !== undefined && (
            <small>{isTaken ? 'and sent by a worker' : 'a worker sends it'}</small>
          )}
        </span>
      </p>
      <p className={styles.links}>
        {email && (
          <Link href={`/inbox/${email.id}`}>
            <Mail size={16} aria-hidden /> See it in the inbox
          </Link>
        )}
        {deliveryId !== undefined && (
          <Link href={`/deliveries/${deliveryId}`}>
            <Truck size={16} aria-hidden /> Follow the delivery
          </Link>
        )}
      </p>
      <Facts
        facts={[
          ['Taken by', receipt?.transport ?? delivery?.transport ?? email?.server],
          ['The server said', receipt?.response ?? delivery?.reply],
          ['Attempts', receipt?.attempts ?? delivery?.attempts],
          ['Message-ID', messageId && <code>{messageId}</code>],
          ['Starting it, once', ms(timings.startMs)],
        ]}
      />
      {http && (
        <details className={styles.http}>
          <summary>
            Over HTTP: <code>{http.request}</code> → {http.status}
          </summary>
          <CodeBlock label="Answer" code={JSON.stringify(http.body, null, 2)} wrap />
        </details>
      )}
    </div>
  );
}
