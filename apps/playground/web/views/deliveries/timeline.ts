import type { Attempt, Delivery } from '../../../src/wire/delivery';
import { isActive } from '../../queries';
import { describeDelivery, STATES, type Tone } from './delivery-state';

export interface TimelineEvent {
  /** ISO 8601 */
  readonly at: string;
  readonly tone: Tone;
  readonly title: string;
  readonly detail?: string | undefined;
  /** Whether it is in the future. */
  readonly isAhead?: boolean;
}

const SERVERS: Readonly<Record<Attempt['server'], string>> = {
  primary: 'Primary',
  backup: 'Backup',
  server: 'The server',
};

/** `recipient_rejected` → `recipient rejected (temporary)` */
const words = ({ code = 'failed', responseCode = 0 }: Attempt) =>
  `${code.replaceAll('_', ' ')}${responseCode >= 400 && responseCode < 500 ? ' (temporary)' : ''}`;

const isHandedOn = (attempt: Attempt, previous: Attempt | undefined): boolean =>
  previous?.outcome === 'failed' && previous.server === 'primary' && attempt.server === 'backup';

function eventOf(attempt: Attempt, previous: Attempt | undefined): TimelineEvent {
  const { at, server, outcome, message } = attempt;
  const name = SERVERS[server];
  const said = { at, detail: message };
  if (outcome === 'failed') return { ...said, tone: 'bad', title: `${name}: ${words(attempt)}` };
  const title = isHandedOn(attempt, previous) ? `${name} took over` : `${name} accepted it`;
  return { ...said, tone: 'good', title };
}

/**
 * The past and future events of one delivery, oldest first.
 *
 * @param attempts the known attempts for this email, oldest first
 */
export function timelineOf(delivery: Delivery, attempts: readonly Attempt[]): readonly TimelineEvent[] {
  const { state, createdAt, updatedAt, expiresAt, nextAttemptAt, lane } = delivery;
  const { label, tone } = STATES[state];
  const events: TimelineEvent[] = [
    { at: createdAt, tone: 'over', title: 'Queued', detail: `Lane: ${lane}.` },
    ...attempts.map((attempt, index) => eventOf(attempt, attempts[index - 1])),
  ];
  switch (state) {
    case 'queued':
    case 'sending':
      break;
    case 'sent':
      if (attempts.at(-1)?.outcome !== 'accepted') {
        events.push({ at: updatedAt, tone, title: label, detail: describeDelivery(delivery) });
      }
      break;
    case 'retrying':
      if (nextAttemptAt)
        events.push({ at: nextAttemptAt, tone: 'busy', title: 'Next attempt', isAhead: true });
      break;
    case 'failed':
    case 'unknown':
      events.push({ at: updatedAt, tone, title: label, detail: delivery.error?.hint });
      break;
    case 'expired':
    case 'cancelled':
      events.push({ at: updatedAt, tone, title: label, detail: describeDelivery(delivery) });
      break;
  }
  if (expiresAt && isActive(state))
    events.push({ at: expiresAt, tone: 'over', title: 'Deadline', isAhead: true });
  return events;
}
