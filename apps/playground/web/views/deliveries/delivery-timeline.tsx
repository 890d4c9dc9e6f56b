import { Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { Link } from 'wouter';
import type { Attempt, Delivery } from '../../../src/wire/delivery';
import { get, useArrived } from '../../queries';
import styles from './delivery-table.module.css';
import { formatDuration } from './duration';
import { timelineOf } from './timeline';
import { useNow } from './use-now';

const COLORS = { busy: 'gray', good: 'verdigris', bad: 'brick', unsure: 'amber', over: 'gray' };

/** The history of one delivery. */
export function DeliveryTimeline({ delivery }: { delivery: Delivery }) {
  const { messageId, createdAt, id } = delivery;
  const { data: attempts = [] } = useQuery({
    queryKey: ['attempts', messageId],
    queryFn: get<readonly Attempt[]>(`/attempts?${new URLSearchParams({ messageId: messageId ?? '' })}`),
    enabled: messageId !== undefined,
  });
  const email = useArrived(messageId);
  const now = useNow();
  const when = (at: number, isAhead: boolean) => {
    if (!isAhead) return `+${formatDuration(Math.max(0, at - Date.parse(createdAt)))}`;
    return at - now > 500 ? `in ${formatDuration(at - now)}` : 'now';
  };
  return (
    <>
      <Timeline
        bulletSize={12}
        lineWidth={2}
        role="list"
        aria-label={`History of the email to ${delivery.to}`}
      >
        {timelineOf(delivery, attempts).map(({ at, tone, title, detail, isAhead = false }) => (
          <Timeline.Item
            key={`${at} ${title}`}
            role="listitem"
            color={COLORS[tone]}
            lineVariant={isAhead ? 'dashed' : 'solid'}
            title={title}
          >
            <p className={styles.muted}>
              <time dateTime={at}>{when(Date.parse(at), isAhead)}</time> {detail}
            </p>
          </Timeline.Item>
        ))}
      </Timeline>
      <p className={styles.ids}>
        {email && (
          <Link href={`/inbox/${email.id}`}>
            <Mail size={15} aria-hidden /> Open it in the inbox
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
    </>
  );
}
