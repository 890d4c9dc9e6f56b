import { z } from 'zod';
import type { Issue } from './issue.js';
import type { DeliveryTarget } from './session.js';

/** `GET /api/config`, and the answer to `PUT /api/config`: the config that is running. */
export interface RunningConfig {
  /** The JSON as it was written: references such as `${SMTP_PASS}` stay references. */
  readonly text: string;
  /** The warnings there are. */
  readonly issues: readonly Issue[];
  /** Counts up with every change. */
  readonly revision: number;
  /** Where its emails go. */
  readonly delivery: DeliveryTarget;
  /**
   * Set when the config names a server out there and nobody allowed it: its sender and templates are used, its emails stay
   * here. These hosts, in `allowHosts` of a `PUT`, change that.
   */
  readonly withheldHosts?: readonly string[];
  /** The file it came from, with `--config`. It is only read, never written. */
  readonly file?: string;
}

/** `POST /api/config/inspect` */
export const inspectConfigRequestSchema = z.object({ text: z.string() });
export type InspectConfigRequest = z.input<typeof inspectConfigRequestSchema>;

export interface InspectedConfig {
  /** Whether it can be applied: there is no error among the issues. */
  readonly isUsable: boolean;
  /** Errors first, in the order of the text. */
  readonly issues: readonly Issue[];
  /** Hosts out there that it would connect to; empty while everything stays on this machine. */
  readonly hosts: readonly string[];
  /** The provider whose server it names, if it is a known one. */
  readonly provider?: string;
}

/** `PUT /api/config`: use this one from now on, in memory. Problem `config_invalid` with `issues` if it can't be used. */
export const applyConfigRequestSchema = z.object({
  text: z.string(),
  /** Hosts out there that it may connect to. @default none */
  allowHosts: z.array(z.string()).max(10).default([]),
});
export type ApplyConfigRequest = z.input<typeof applyConfigRequestSchema>;

/** `GET /api/config/providers` */
export interface ProviderList {
  readonly providers: readonly Provider[];
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  /** The first is the usual one, the others are of other regions. Empty for `other`. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly secure: boolean;
  /** What the user name is: the same word for everyone, the address of the sender, or one's own. */
  readonly user: { readonly always: string } | 'sender' | 'own';
}

/** `POST /api/config/fill`: the text with the server part of a provider; sender and templates stay. */
export const fillConfigRequestSchema = z.object({
  text: z.string(),
  /** An id of the list. */
  provider: z.string(),
  /** One of its hosts. @default the first */
  host: z.string().optional(),
});
export type FillConfigRequest = z.input<typeof fillConfigRequestSchema>;

export interface FilledConfig {
  readonly text: string;
}

/** `POST /api/config/patch`: the text with a change that a doctor's step proposes (`problem.patch`, RFC 7396). */
export const patchConfigRequestSchema = z.object({
  text: z.string(),
  patch: z.record(z.string(), z.unknown()),
});
export type PatchConfigRequest = z.input<typeof patchConfigRequestSchema>;
