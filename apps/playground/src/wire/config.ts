import { z } from 'zod';
import type { Issue } from './issue.js';
import type { DeliveryTarget } from './session.js';

/** `GET /api/config` and `PUT /api/config`: the running config. */
export interface RunningConfig {
  /** The JSON as written, with references such as `${SMTP_PASS}`. */
  readonly text: string;
  /** The warnings. */
  readonly issues: readonly Issue[];
  readonly delivery: DeliveryTarget;
  /**
   * The remote hosts of the config that are not allowed. Emails stay on this machine until a `PUT` allows
   * them in `allowHosts`.
   */
  readonly withheldHosts?: readonly string[];
}

/** `POST /api/config/inspect` */
export const inspectConfigRequestSchema = z.object({ text: z.string() });

export interface InspectedConfig {
  /** Whether the config has no errors. */
  readonly isUsable: boolean;
  /** Errors first, then by position. */
  readonly issues: readonly Issue[];
  /** The remote hosts that it would connect to. */
  readonly hosts: readonly string[];
  /** The provider of its SMTP server, if known. */
  readonly provider?: string;
  /** The name of the provider whose API it selects. */
  readonly api?: string;
}

/** `PUT /api/config`: applies a config in memory. Problem: `config_invalid` with `issues`. */
export const applyConfigRequestSchema = z.object({
  text: z.string(),
  /** Remote hosts that it may connect to. @default none */
  allowHosts: z.array(z.string()).max(10).default([]),
});

/** `GET /api/config/providers` */
export interface ProviderList {
  /** Providers with an SMTP server. */
  readonly providers: readonly Provider[];
  /** Providers with an HTTP API. */
  readonly apis: readonly ProviderApi[];
}

export interface ProviderApi {
  readonly name: string;
  readonly title: string;
  /** The variables that the filled config refers to. */
  readonly variables: readonly string[];
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  /** The default host first, then those of other regions. Empty for `other`. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly secure: boolean;
  /** The user name: a fixed name, the address of the sender, or your own. */
  readonly user: { readonly always: string } | 'sender' | 'own';
}

/** `POST /api/config/fill`: fills in the SMTP server or the API of a provider, and keeps the sender and the templates. */
export const fillConfigRequestSchema = z.union([
  z.strictObject({
    text: z.string(),
    /** The id of a provider. */
    provider: z.string(),
    /** A host of the provider. @default the first */
    host: z.string().optional(),
  }),
  z.strictObject({
    text: z.string(),
    /** The name of a provider with an API. */
    api: z.string(),
  }),
]);

export type FillConfigRequest = z.input<typeof fillConfigRequestSchema>;

export interface FilledConfig {
  readonly text: string;
}

/** `POST /api/config/patch`: applies a patch from the doctor (RFC 7396). */
export const patchConfigRequestSchema = z.object({
  text: z.string(),
  patch: z.record(z.string(), z.unknown()),
});
