import {
  CircleCheck,
  CircleHelp,
  CircleSlash,
  CircleX,
  Clock,
  type LucideIcon,
  RotateCw,
  Send,
  TimerOff,
} from 'lucide-react';
import type { Delivery, DeliveryState } from '../../../src/wire/delivery';

/** The color of a state: in progress, succeeded, failed, needs attention, or finished without a result. */
export type Tone = 'busy' | 'good' | 'bad' | 'unsure' | 'over';

export const STATES: Readonly<Record<DeliveryState, { label: string; tone: Tone; icon: LucideIcon }>> = {
  queued: { label: 'Queued', tone: 'busy', icon: Clock },
  sending: { label: 'Sending', tone: 'busy', icon: Send },
  retrying: { label: 'Retrying', tone: 'unsure', icon: RotateCw },
  sent: { label: 'Sent', tone: 'good', icon: CircleCheck },
  failed: { label: 'Failed', tone: 'bad', icon: CircleX },
  expired: { label: 'Expired', tone: 'bad', icon: TimerOff },
  cancelled: { label: 'Canceled', tone: 'over', icon: CircleSlash },
  unknown: { label: 'Unknown', tone: 'unsure', icon: CircleHelp },
};

const WAITING: readonly DeliveryState[] = ['queued', 'retrying'];

export const canCancel = ({ state }: Delivery): boolean => WAITING.includes(state);

/** The queue erases an email with a code when its delivery ends, so it cannot be sent again. */
export const canRetry = ({ state, lane }: Delivery): boolean =>
  state === 'retrying' || ((state === 'failed' || state === 'unknown') && lane !== 'codes');

/** The latest result, in a sentence. */
export function describeDelivery({ state, error, transport, reply }: Delivery): string {
  switch (state) {
    case 'queued':
      return 'Waiting for a worker.';
    case 'sending':
      return 'A worker is sending it.';
    case 'sent':
      return reply ?? `Accepted by ${transport ?? 'a server'}.`;
    case 'expired':
      return 'The deadline passed before a server accepted it.';
    case 'cancelled':
      return error?.code === 'superseded' ? 'Superseded by a newer code.' : 'Canceled before it was sent.';
    case 'retrying':
    case 'failed':
    case 'unknown':
      return error?.message ?? 'The delivery failed.';
  }
}

/** In the order in which a delivery can reach them. */
export const STATE_ORDER = Object.keys(STATES) as readonly DeliveryState[];
