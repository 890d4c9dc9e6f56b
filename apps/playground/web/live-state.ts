import type { Attempt, Delivery } from '../src/wire/delivery';
import type { PlaygroundEvent, Snapshot } from '../src/wire/events';
import type { MetricsSecond } from '../src/wire/metrics';

/** What the playground does at this moment, as far as the page has heard. */
export type LiveState = Snapshot;

export const NOTHING_YET: LiveState = {
  emails: [],
  deliveries: [],
  attempts: [],
  seconds: [],
  servers: [],
  serversVersion: 0,
  revision: 0,
};

/** As many as a snapshot holds. */
const EMAILS = 200;
const DELIVERIES = 500;
const ATTEMPTS = 500;
const SECONDS = 120;

/** Whether more than what is live may have changed: what was asked for before is asked for again. */
export const isTurn = (before: LiveState, event: PlaygroundEvent): boolean =>
  // A connection that was lost may have missed anything, and the playground may be another one by now.
  (event.type === 'snapshot' && before !== NOTHING_YET) || event.type === 'config';

/** What is known after an event. Events may come twice, and never go missing: each connection begins with a snapshot. */
export function reduce(state: LiveState, event: PlaygroundEvent): LiveState {
  switch (event.type) {
    case 'snapshot':
      return event;
    case 'email':
      return { ...state, emails: upsert(state.emails, event.email).slice(0, EMAILS) };
    case 'emails-deleted':
      return { ...state, emails: state.emails.filter(({ id }) => event.ids && !event.ids.includes(id)) };
    case 'delivery':
      return {
        ...state,
        deliveries: upsert<Delivery>(state.deliveries, event.delivery).slice(0, DELIVERIES),
      };
    case 'attempt':
      return { ...state, attempts: upsert<Attempt>(state.attempts, event.attempt).slice(0, ATTEMPTS) };
    case 'servers':
      return { ...state, servers: event.servers, serversVersion: event.serversVersion };
    case 'metrics':
      return {
        ...state,
        seconds: [...otherSeconds(state.seconds, event.second), event.second].slice(-SECONDS),
      };
    case 'config':
      return { ...state, revision: event.revision };
    default:
      // A newer server; the page is from an older one.
      event satisfies never;
      return state;
  }
}

/** In its place if it is known, at the front if it is new. */
function upsert<T extends { readonly id: string | number }>(known: readonly T[], item: T): readonly T[] {
  return known.some(({ id }) => id === item.id)
    ? known.map((other) => (other.id === item.id ? item : other))
    : [item, ...known];
}

const otherSeconds = (seconds: readonly MetricsSecond[], { at }: MetricsSecond) =>
  seconds.filter((second) => second.at !== at);
