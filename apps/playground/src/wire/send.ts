import { z } from 'zod';

/** Everything that can send an email here. */
export const WAYS = ['core', 'express', 'nest', 'logto', 'queue'] as const;
export type Way = (typeof WAYS)[number];

/** `GET /api/send/ways` */
export interface WayList {
  readonly ways: readonly WayDescription[];
}

export interface WayDescription {
  readonly way: Way;
  /** Such as `NestJS module`. */
  readonly title: string;
  /** What happens, in a sentence. */
  readonly description: string;
  /** The packages to install. */
  readonly packages: readonly string[];
  /** What one would write, as files that are type-checked and run by tests. */
  readonly code: readonly {
    readonly file: string;
    readonly language: 'ts' | 'json' | 'sh';
    readonly text: string;
  }[];
}

/** `POST /api/send/:way` */
export const sendRequestSchema = z.object({
  to: z.string(),
  type: z.string(),
  locale: z.string().nullish(),
  payload: z.record(z.string(), z.unknown()).default({}),
  /** After so long the email is worthless, in milliseconds. @default never */
  expiresInMs: z.number().min(1).max(86_400_000).optional(),
});
export type SendRequest = z.input<typeof sendRequestSchema>;

/** 200, or for the queue 202. What fails is a `Problem`. */
export interface Sent {
  readonly way: Way;
  /** Absent from the queue, which sends later: see the events `delivery` and `email`. */
  readonly receipt?: {
    readonly messageId: string;
    readonly accepted: string;
    readonly transport?: string;
    readonly response?: string;
    readonly attempts?: number;
    readonly durationMs?: number;
  };
  /** Of the queue: the id of the delivery. */
  readonly deliveryId?: string;
  /** Of `express` and `nest`: what went over HTTP. */
  readonly http?: {
    readonly request: string;
    readonly status: number;
    readonly body: unknown;
  };
  readonly timings: {
    /** From the call to the answer, in milliseconds. */
    readonly totalMs: number;
    /** What starting the application, the connector or the queue took, the first time. */
    readonly startMs?: number;
  };
}
