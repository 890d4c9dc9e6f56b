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

/** How it looks: `busy` goes on by itself, `good` and `bad` are over, `unsure` wants someone to look, `over` is no news. */
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

const OVER: readonly DeliveryState[] = ['sent', 'failed', 'expired', 'cancelled', 'unknown'];
const WAITING: readonly DeliveryState[] = ['queued', 'retrying'];

/** Whether nothing more happens by itself. */
export const isOver = (state: DeliveryState): boolean => OVER.includes(state);

export const canCancel = ({ state }: Delivery): boolean => WAITING.includes(state);

/** What carries a code is erased when it is over: there is nothing left to send. */
export const canRetry = ({ state, lane }: Delivery): boolean =>
  state === 'retrying' || ((state === 'failed' || state === 'unknown') && lane !== 'codes');

/** What is to be said about it, in a sentence. */
export function describeDelivery({ state, error, transport, reply }: Delivery): string {
  switch (state) {
    case 'queued':
      return 'Waits for a worker.';
    case 'sending':
      return 'A worker has it.';
    case 'sent':
      return reply ?? `${transport ?? 'A server'} took it.`;
    case 'expired':
      return 'Its deadline passed before a server took it.';
    case 'cancelled':
      return error?.code === 'superseded' ? 'A newer code took its place.' : 'Taken back before it was sent.';
    case 'retrying':
    case 'failed':
    case 'unknown':
      return error?.message ?? 'It did not go through.';
  }
}

/** In the order in which a delivery goes through them. The record has them all. */
export const DELIVERY_STATE_ORDER = Object.keys(STATES) as readonly DeliveryState[];
