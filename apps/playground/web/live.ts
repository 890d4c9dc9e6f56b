import { useSyncExternalStore } from 'react';
import type { PlaygroundEvent } from '../src/wire/events';
import { isTurn, type LiveState, NOTHING_YET, reduce } from './live-state';

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

/** In milliseconds: before a stream that the browser has given up is opened again. */
const REOPENING = 1000;

/**
 * Opens the stream of events. It is opened again whenever it ends, and each connection begins with a snapshot.
 *
 * @param onTurn is called when everything that was asked for before has to be asked for again
 */
export function openLiveStream(onTurn: () => void): void {
  const stream = new EventSource('/api/events');
  stream.addEventListener('error', () => {
    setLiveness('lost');
    // The browser reconnects after most errors, but not after an answer that is no stream.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => openLiveStream(onTurn), REOPENING);
  });
  for (const type of EVENT_TYPES) {
    stream.addEventListener(type, ({ data }: MessageEvent<string>) => {
      const event: PlaygroundEvent = { type, ...JSON.parse(data) };
      const isToAskAgain = isTurn(state, event);
      state = reduce(state, event);
      if (type === 'snapshot') liveness = 'live';
      notify();
      if (isToAskAgain) onTurn();
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
