import { z } from 'zod';
import type { ServerName } from './server.js';

export const DELIVERY_STATES = [
  'queued',
  'sending',
  'retrying',
  'sent',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One email on its way through the queue. Times are ISO 8601. */
export interface Delivery {
  readonly id: string;
  readonly state: DeliveryState;
  readonly lane: string;
  readonly type: string;
  /** Masked. */
  readonly to: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt?: string;
  readonly nextAttemptAt?: string;
  /** Also that of the {@link Attempt}s, and of the email in the inbox. */
  readonly messageId?: string;
  readonly transport?: string;
  readonly reply?: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly stage?: string;
    readonly hint?: string;
    readonly responseCode?: number;
  };
}

/** `GET /api/deliveries?state=&cursor=&limit=`; the first one opens the queue, which takes a moment. */
export const deliveriesQuerySchema = z.object({
  state: z.enum(DELIVERY_STATES).optional(),
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export interface DeliveryList {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  readonly cursor?: string;
  /** How many there are in each state. */
  readonly states: Readonly<Record<DeliveryState, number>>;
  /** `PGlite, in memory`, or the PostgreSQL's host. */
  readonly database: string;
}

/** `POST /api/deliveries` → 202 `EnqueuedDeliveries` */
export const enqueueRequestSchema = z.object({
  /** How many, each to an address of its own (`load-1@example.com`, …). @default 1 */
  count: z.int().min(1).max(500).default(1),
  /** Of a single one. @default the sample recipient */
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
  /** `false`: it was too late, or there is nothing to do. */
  readonly isChanged: boolean;
  readonly delivery: Delivery;
}

/** One try to hand an email to one server: of the queue, and of everything else that sends. */
export interface Attempt {
  /** Counts up. */
  readonly id: number;
  /** When it ended (ISO 8601). */
  readonly at: string;
  /** `server` is a real one. */
  readonly server: ServerName | 'server';
  readonly messageId: string;
  readonly type: string;
  readonly outcome: 'accepted' | 'failed';
  readonly durationMs: number;
  /** Of a failure, as of `MailError`. */
  readonly code?: string;
  readonly stage?: string;
  readonly responseCode?: number;
  /** What the server said, or what went wrong. */
  readonly message?: string;
}
