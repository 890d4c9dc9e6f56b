import { z } from 'zod';

/** The playground's mail servers, in failover order. */
export const SERVER_NAMES = ['primary', 'backup'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

/**
 * Faults of a server. `down`: refuses connections. `greylist`: rejects recipients temporarily (450). `reset`: drops the
 * connection after the message, before the acknowledgment. `slow`: replies byte by byte.
 */
export const FAULT_NAMES = ['down', 'greylist', 'reset', 'slow'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** `PUT /api/servers/:server/faults/:fault` → {@link ServerList} */
export const setFaultRequestSchema = z.object({
  isOn: z.boolean(),
  /** How often the fault occurs. Ignored by `down`. @default until it is switched off */
  times: z.int().min(1).max(1000).optional(),
});
export type SetFaultRequest = z.input<typeof setFaultRequestSchema>;

/** `GET /api/servers` */
export interface ServerList {
  readonly servers: readonly MailServer[];
}

export interface MailServer {
  readonly name: ServerName;
  /** `127.0.0.1:2525` */
  readonly address: string;
  readonly isUp: boolean;
  readonly faults: readonly Fault[];
  /** The number of accepted emails. */
  readonly messages: number;
}

export interface Fault {
  readonly name: FaultName;
  readonly isOn: boolean;
  /** How often it occurred since it was switched on. */
  readonly struck: number;
}
