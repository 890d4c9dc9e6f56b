import { CircleCheck, Clock, Mail, Truck } from 'lucide-react';
import { Link } from 'wouter';
import type { Sent } from '../../../src/wire/send';
import { ApiError } from '../../api';
import { CodeBlock } from '../../parts/code-block';
import { Facts } from '../../parts/facts';
import { Problem } from '../../parts/problem';
import { useArrived, useDelivery } from '../../queries';
import styles from './outcome.module.css';

export type Outcome = { readonly sent: Sent } | { readonly error: unknown };

export function OutcomeReport({ outcome }: { outcome: Outcome }) {
  if ('sent' in outcome) return <SentReport sent={outcome.sent} />;
  const { stage, response } = outcome.error instanceof ApiError ? outcome.error.problem : {};
  return (
    <div className={styles.report}>
      <Problem error={outcome.error} />
      <Facts
        facts={[
          ['Stage', stage],
          ['Server reply', response],
        ]}
      />
    </div>
  );
}

function SentReport({ sent: { receipt, deliveryId, http } }: { sent: Sent }) {
  const { data: delivery } = useDelivery(deliveryId);
  const messageId = receipt?.messageId ?? delivery?.messageId;
  const email = useArrived(messageId);
  const isSent = receipt !== undefined || delivery?.state === 'sent';
  const isStored = deliveryId !== undefined;
  return (
    <div className={styles.report} role="status">
      <p className={styles.title} data-sent={isSent || undefined}>
        {isSent ? <CircleCheck aria-hidden /> : <Clock aria-hidden />}
        <span>
          {isStored ? 'Stored' : 'Sent'}
          {isStored && <small>{isSent ? 'and sent by a worker' : 'waiting for a worker'}</small>}
        </span>
      </p>
      <p className={styles.links}>
        {email && (
          <Link href={`/inbox/${email.id}`}>
            <Mail size={16} aria-hidden /> Open it in the inbox
          </Link>
        )}
        {isStored && (
          <Link href={`/deliveries/${deliveryId}`}>
            <Truck size={16} aria-hidden /> Follow the delivery
          </Link>
        )}
      </p>
      <Facts
        facts={[
          ['Mail server', receipt?.transport ?? delivery?.transport ?? email?.server],
          ['Server reply', receipt?.response ?? delivery?.reply],
          ['Attempts', receipt?.attempts ?? delivery?.attempts],
          ['Message-ID', messageId && <code>{messageId}</code>],
        ]}
      />
      {http && (
        <details className={styles.http}>
          <summary>
            Over HTTP: <code>{http.request}</code> → {http.status}
          </summary>
          <CodeBlock label="Request" code={JSON.stringify(http.requestBody, null, 2)} wrap />
          {http.responseBody !== undefined && (
            <CodeBlock label="Response" code={JSON.stringify(http.responseBody, null, 2)} wrap />
          )}
        </details>
      )}
    </div>
  );
}
