import { z } from 'zod';

/** The playground's own mail servers, in the order in which they are tried. */
export const SERVER_NAMES = ['primary', 'backup'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/**
 * What can go wrong with a server. `down`: it is stopped, connections are refused. `greylist`: recipients are refused for
 * now (450). `reset`: the connection breaks after the final dot, when the server may have taken
 * the email. `slow`: it replies byte by byte.
 */
export const FAULT_NAMES = ['down', 'greylist', 'reset', 'slow'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** `PUT /api/servers/:server/faults/:fault` → `ServerList` */
export const setFaultRequestSchema = z.object({
  isOn: z.boolean(),
  /** How often it strikes before it ends by itself. `down` stays. @default until it is switched off */
  times: z.int().min(1).max(1000).optional(),
});
export type SetFaultRequest = z.input<typeof setFaultRequestSchema>;

/** `GET /api/servers`, and the event `servers` */
export interface ServerList {
  readonly servers: readonly MailServer[];
  /** Counts up, also over a restart. An event with a lower number than an answer was on its way before it. */
  readonly serversVersion: number;
}

export interface MailServer {
  readonly name: ServerName;
  /** `127.0.0.1:2525` */
  readonly address: string;
  readonly isUp: boolean;
  readonly faults: readonly Fault[];
  /** Numbers since the start. */
  readonly connections: number;
  readonly messages: number;
}

export interface Fault {
  readonly name: FaultName;
  readonly isOn: boolean;
  /** How often it has struck since it was switched on. */
  readonly struck: number;
}
