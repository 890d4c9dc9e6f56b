import { useSyncExternalStore } from 'react';
import type { PlaygroundEvent } from '../src/wire/events';
import { type LiveState, NOTHING_YET, reduce } from './live-state';

/** Whether what the page shows is what is so now. */
type Liveness = 'connecting' | 'live' | 'lost';

const EVENT_TYPES = [
  'snapshot',
  'email',
  'emails-deleted',
  'delivery',
  'attempt',
  'servers',
  'metrics',
  'config',
] as const satisfies readonly PlaygroundEvent['type'][];

// A page has one stream, whatever its views show of it.
let state = NOTHING_YET;
let liveness: Liveness = 'connecting';
const listeners = new Set<() => void>();

function notify() {
  for (const listener of listeners) listener();
}

function setLiveness(next: Liveness) {
  liveness = next;
  notify();
}

/** Opens the stream of events. The browser reconnects it, and each connection begins with a snapshot. */
export function openLiveStream(): void {
  const stream = new EventSource('/api/events');
  stream.addEventListener('error', () => setLiveness('lost'));
  for (const type of EVENT_TYPES) {
    stream.addEventListener(type, ({ data }: MessageEvent<string>) => {
      state = reduce(state, { type, ...JSON.parse(data) });
      if (type === 'snapshot') liveness = 'live';
      notify();
    });
  }
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/**
 * A part of what goes on, kept up to date: `useLive(({ emails }) => emails)`.
 *
 * @param select has to return the same value for the same state; derive from it with `useMemo`
 */
export function useLive<T>(select: (state: LiveState) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

export const useLiveness = (): Liveness => useSyncExternalStore(subscribe, () => liveness);
