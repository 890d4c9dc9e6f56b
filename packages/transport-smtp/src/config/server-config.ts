import { parseSmtpConfig, type SmtpConfig } from '@postern/core';
import { requireUsable } from './config-requirements.js';
import { resolveService, type ServerConfig } from './well-known-service.js';

/**
 * The SMTP part of a connector config, as people write it: `auth.type` in any letter case or left out, ports and numbers as
 * text, `url` or `service` in place of host and port.
 */
export type SmtpTransportConfig = Partial<Omit<SmtpConfig, 'auth' | 'port'>> & {
  port?: number | string | undefined;
  url?: string | undefined;
  auth?:
    | SmtpConfig['auth']
    | { user?: string; pass?: string; type?: string }
    | Record<string, unknown>
    | undefined;
};

/**
 * The part of a config that says how to reach the server, complete and known to be usable.
 *
 * @throws {ConfigError} with everything that can't be used
 */
export const readServerConfig = (config: unknown): ServerConfig =>
  requireUsable(resolveService(parseSmtpConfig(config)));
