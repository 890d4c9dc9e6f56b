import { z } from 'zod';

/** The delivery paths. */
export const WAYS = ['core', 'express', 'nest', 'logto', 'queue'] as const;
export type Way = (typeof WAYS)[number];

/** `GET /api/send/ways` */
export interface WayList {
  readonly ways: readonly WayDescription[];
}

export interface WayDescription {
  readonly way: Way;
  readonly title: string;
  readonly description: string;
  /** The packages to install. */
  readonly packages: readonly string[];
  /** Complete programs, which tests run. */
  readonly code: readonly { readonly file: string; readonly text: string }[];
}

/** `POST /api/send/:way` */
export const sendRequestSchema = z.object({
  to: z.string(),
  type: z.string(),
  locale: z.string().nullish(),
  payload: z.record(z.string(), z.unknown()).default({}),
  /** The deadline, in milliseconds from now. @default none */
  expiresInMs: z.number().min(1).max(86_400_000).optional(),
});
export type SendRequest = z.input<typeof sendRequestSchema>;

/** 200, or 202 for the queue. A failure is a `Problem`. */
export interface Sent {
  readonly way: Way;
  /** Absent for the queue, which sends later. */
  readonly receipt?: {
    readonly messageId: string;
    readonly accepted: string;
    readonly transport?: string;
    readonly response?: string;
    readonly attempts?: number;
  };
  /** For the queue. */
  readonly deliveryId?: string;
  /** For `express` and `nest`: the HTTP exchange. */
  readonly http?: {
    readonly request: string;
    readonly status: number;
    readonly body: unknown;
  };
}
