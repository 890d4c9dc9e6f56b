import type * as queue from '@postern/queue';
import { z } from 'zod';
import type { ServerName } from './server.js';

/** A value after a trip through JSON: dates are ISO 8601 strings. */
type Json<T> = T extends Date ? string : T extends object ? { readonly [Key in keyof T]: Json<T[Key]> } : T;

export type DeliveryState = queue.DeliveryState;
/** One email in the queue. */
export type Delivery = Json<queue.Delivery>;

/** In the order in which a delivery can reach them. */
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'retrying',
  'sent',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const satisfies readonly DeliveryState[];

/** `GET /api/deliveries?state=&cursor=&limit=` → {@link DeliveryList} */
export const deliveriesQuerySchema = z.object({
  state: z.enum(DELIVERY_STATES).optional(),
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export interface DeliveryList {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  readonly cursor?: string;
  /** The number of deliveries in each state. */
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** `PGlite, in memory`, or the host of the PostgreSQL server. */
  readonly database: string;
}

/** `POST /api/deliveries` → 202 {@link EnqueuedDeliveries} */
export const enqueueRequestSchema = z.object({
  /** The number of emails. Several emails go to `load-1@example.com`, … @default 1 */
  count: z.int().min(1).max(500).default(1),
  /** The recipient of a single email. @default the sample recipient */
  to: z.string().optional(),
  type: z.string().default('SignIn'),
  locale: z.string().nullish(),
  /** @default a sample */
  payload: z.record(z.string(), z.unknown()).optional(),
  /** The deadline, in milliseconds from now. @default none */
  expiresInMs: z.number().min(1).max(86_400_000).optional(),
});
export type EnqueueRequest = z.input<typeof enqueueRequestSchema>;

export interface EnqueuedDeliveries {
  readonly ids: readonly string[];
}

/** `POST /api/deliveries/:id/retry` and `/cancel` */
export interface ChangedDelivery {
  /** `false` if the delivery is past the state that allows the change. */
  readonly isChanged: boolean;
}

/** `GET /api/attempts?messageId=`: attempts to deliver an email, oldest first. */
export const attemptsQuerySchema = z.object({ messageId: z.string() });

/** One attempt to hand one email to one server. */
export interface Attempt {
  readonly id: number;
  /** When it ended (ISO 8601). */
  readonly at: string;
  /** `server` is a real server. */
  readonly server: ServerName | 'server';
  readonly messageId: string;
  readonly outcome: 'accepted' | 'failed';
  readonly durationMs: number;
  /** For a failure, the fields of its `MailError`. */
  readonly code?: string;
  readonly stage?: string;
  readonly responseCode?: number;
  /** The server reply, or the error message. */
  readonly message?: string;
}

/** `GET /api/metrics`: the attempts of the last two minutes by second, oldest first. Seconds without attempts are absent. */
export interface MetricsSeries {
  readonly seconds: readonly MetricsSecond[];
}

export interface MetricsSecond {
  /** In whole seconds since the epoch. */
  readonly at: number;
  readonly accepted: number;
  readonly failed: number;
  /** Durations of the attempts, in milliseconds: the median, the 95th percentile, and the maximum. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}
