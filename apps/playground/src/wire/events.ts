import type { Attempt, Delivery } from './delivery.js';
import type { EmailSummary } from './inbox.js';
import type { MetricsSecond } from './metrics.js';
import type { ServerList } from './server.js';

/**
 * `GET /api/events` (server-sent events). Each is named by its `type`; `data` is the rest of it as JSON.
 *
 * Every connection begins with a `snapshot`, also when the browser reconnects by itself, so nothing has to be replayed:
 * replace what you hold. After that, everything is an upsert: what has the same id (or `at`) is a newer version.
 */
export type PlaygroundEvent =
  | ({ readonly type: 'snapshot' } & Snapshot)
  /** Arrived, or more is known of it. */
  | { readonly type: 'email'; readonly email: EmailSummary }
  /** Were deleted; without ids, all of them. */
  | { readonly type: 'emails-deleted'; readonly ids?: readonly string[] }
  | { readonly type: 'delivery'; readonly delivery: Delivery }
  | { readonly type: 'attempt'; readonly attempt: Attempt }
  | ({ readonly type: 'servers' } & ServerList)
  | { readonly type: 'metrics'; readonly second: MetricsSecond }
  /** The running config was changed: ask for it anew if you show it. */
  | { readonly type: 'config'; readonly revision: number };

export interface Snapshot extends ServerList {
  /** Newest first, 200 at most. */
  readonly emails: readonly EmailSummary[];
  /** Newest first, 100 at most; empty until the queue was opened. */
  readonly deliveries: readonly Delivery[];
  /** Newest first, 100 at most. */
  readonly attempts: readonly Attempt[];
  /** Oldest first. */
  readonly seconds: readonly MetricsSecond[];
  readonly revision: number;
}
