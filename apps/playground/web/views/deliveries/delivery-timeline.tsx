import { Mail } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Delivery } from '../../../src/wire/delivery';
import { useLive } from '../../live';
import styles from './delivery-timeline.module.css';
import { formatDuration } from './duration';
import { type TimelineEvent, timelineOf } from './timeline';
import { useNow } from './use-now';

/** The story of one delivery, from the queue to the server that took it. */
export function DeliveryTimeline({ delivery }: { delivery: Delivery }) {
  const { messageId, createdAt, id } = delivery;
  const attempts = useLive((live) => live.attempts);
  const email = useLive(({ emails }) =>
    messageId === undefined ? undefined : emails.find((other) => other.messageId === messageId),
  );
  const events = useMemo(
    () =>
      timelineOf(
        delivery,
        attempts.filter((attempt) => attempt.messageId === messageId),
      ),
    [delivery, attempts, messageId],
  );
  return (
    <div className={styles.story}>
      <ol className={styles.events} aria-label={`What happened to ${delivery.to}`}>
        {events.map((event) => (
          <Event key={`${event.at} ${event.title}`} event={event} since={Date.parse(createdAt)} />
        ))}
      </ol>
      <p className={styles.ids}>
        {email && (
          <Link href={`/inbox/${email.id}`} className={styles.email}>
            <Mail size={15} aria-hidden /> See it in the inbox
          </Link>
        )}
        <span>
          Delivery <code>{id}</code>
        </span>
        {messageId && (
          <span>
            Message-ID <code>{messageId}</code>
          </span>
        )}
      </p>
    </div>
  );
}

function Event({ event, since }: { event: TimelineEvent; since: number }) {
  const { at, tone, title, detail, durationMs, isAhead = false } = event;
  return (
    <li className={styles.event} data-tone={tone} data-ahead={isAhead || undefined}>
      <time className={styles.time} dateTime={at}>
        {isAhead ? <Ahead at={Date.parse(at)} /> : `+${formatDuration(Math.max(0, Date.parse(at) - since))}`}
      </time>
      <div>
        <p className={styles.title}>
          {title}
          {durationMs !== undefined && <small> in {formatDuration(durationMs)}</small>}
        </p>
        {detail && <p className={styles.detail}>{detail}</p>}
      </div>
    </li>
  );
}

function Ahead({ at }: { at: number }) {
  const left = at - useNow();
  return left > 500 ? `in ${formatDuration(left)}` : 'now';
}
