import {
  type ApiProviderConfig,
  type Clock,
  clockSchema,
  consoleLogger,
  type Logger,
  loggerSchema,
  type ProviderConfig,
  parseProviders,
  readOptions,
  readSender,
  type Transport,
} from '@postern/core';
import type { FailoverOptions } from '@postern/resilience';
import type { ApiTransportOptions } from '@postern/transport-http';
import type { SmtpTransportConfig, SmtpTransportOptions } from '@postern/transport-smtp';
import * as z from 'zod';
import { createApiTransport } from './api-transports.js';
import { lazyTransport } from './lazy-transport.js';

/** A provider in a list: the API of a provider, or an SMTP server. */
export type TransportProvider =
  | ApiProviderConfig
  | (Omit<SmtpTransportConfig, 'name'> & { name: 'smtp'; ehloName?: string | undefined });

/** A whole connector config, or the part of it that says how emails are sent. */
export type TransportConfig = SmtpTransportConfig & {
  provider?: TransportProvider | undefined;
  providers?: readonly TransportProvider[] | undefined;
  /** The sender. With it, `verify` also checks whether the account of a provider may send from its domain. */
  fromEmail?: string | undefined;
};

type SharedOption = 'name' | 'logger' | 'clock';

/** Options of {@link createTransport}. */
export interface TransportOptions {
  /** @default none, or the console if the config has `logger: true` */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
  /** Options of `createSmtpTransport`. */
  smtp?: Omit<SmtpTransportOptions, SharedOption> | undefined;
  /** Options of the transports in `@postern/transport-http`. */
  api?: Omit<ApiTransportOptions, SharedOption | 'baseUrl' | 'fromEmail'> | undefined;
  /** Options of `withFailover`, for a config with `providers`. */
  failover?: Omit<FailoverOptions, SharedOption> | undefined;
}

/** The functions that receive these options check them. */
const nestedOptions = z.record(z.string(), z.unknown()).optional();

const optionsSchema = z.strictObject({
  logger: loggerSchema.optional(),
  clock: clockSchema.optional(),
  smtp: nestedOptions,
  api: nestedOptions,
  failover: nestedOptions,
});

/** Receipts and logs identify a transport by its name. */
const uniqueNames = (providers: readonly ProviderConfig[]): string[] =>
  providers.map(({ name }, index) => {
    const earlier = providers.slice(0, index).filter((each) => each.name === name).length;
    return earlier === 0 ? name : `${name}-${earlier + 1}`;
  });

/**
 * Creates the transport that a config selects: an SMTP server, the API of a provider, or several providers with failover. Use
 * it if the config decides how emails are sent. It checks the config immediately, and loads the code of a provider with the
 * first `send` or `verify`. SMTP requires Node.js, Bun, or Deno.
 *
 * If your code decides, use the function of the transport, such as `createResendTransport`. A bundle then contains only that
 * transport.
 *
 * @throws {ConfigError} if the config or an option is not valid. Options in `smtp`, `api`, and `failover`, and the certificates
 * and keys of an SMTP server, are checked by the first `send` or `verify`
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig(JSON.parse(text), { variables: process.env });
 * const mailer = createMailer({ config, transport: createTransport(config) });
 * ```
 */
export function createTransport(config: TransportConfig, options: TransportOptions = {}): Transport {
  readOptions(optionsSchema, options, 'createTransport');
  const providers = parseProviders(config);
  const names = uniqueNames(providers);
  const { smtp, api, failover, clock } = options;
  const logger = options.logger ?? (config.logger || config.debug ? consoleLogger : undefined);
  const shared = { ...(logger && { logger }), ...(clock && { clock }) };
  const fromEmail = config.fromEmail ? readSender(config.fromEmail).address : undefined;

  async function create(provider: ProviderConfig, name: string): Promise<Transport> {
    if (provider.name !== 'smtp') {
      const { name: apiName, baseUrl, ...credentials } = provider;
      return createApiTransport(apiName, credentials, { ...api, ...shared, name, fromEmail, baseUrl });
    }
    const { createSmtpTransport } = await import('@postern/transport-smtp');
    const { name: _, ehloName, ...server } = provider;
    return createSmtpTransport({ ...server, name: ehloName }, { ...smtp, ...shared, name });
  }

  const transports = providers.map((provider, index) => {
    const name = names[index] ?? provider.name;
    return lazyTransport(name, () => create(provider, name));
  });
  const [only] = transports;
  if (only && transports.length === 1) return only;
  return lazyTransport(`failover(${names.join(', ')})`, async () => {
    const { withFailover } = await import('@postern/resilience');
    return withFailover(transports, { ...failover, ...shared });
  });
}
