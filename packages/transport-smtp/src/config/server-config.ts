import { ConfigError, fromZodIssue, type SmtpConfig, smtpConfigSchema } from '@postern/core';
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
export function readServerConfig(config: unknown): ServerConfig {
  const parsed = smtpConfigSchema.safeParse(config);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(fromZodIssue));
  return requireUsable(resolveService(parsed.data));
}
