import { z } from 'zod';

/** The delivery paths. */
export const WAYS = ['core', 'express', 'nest', 'webhook', 'logto', 'queue'] as const;
export type Way = (typeof WAYS)[number];

/** `GET /api/send/ways` */
export interface WayList {
  readonly ways: readonly WayDescription[];
}

export interface WayDescription {
  readonly way: Way;
  /** One word. */
  readonly label: string;
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
  /** The device, the place, and the time zone that the email shows. */
  requestContext: z.record(z.string(), z.string()).optional(),
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
  /** For `express`, `nest`, and `webhook`. */
  readonly http?: HttpExchange;
}

export interface HttpExchange {
  /** The method and the URL. */
  readonly request: string;
  readonly requestBody: unknown;
  readonly status: number;
  /** Absent if the response has no body. */
  readonly responseBody?: unknown;
}
