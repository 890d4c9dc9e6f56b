import { ConfigError, fromZodIssue, smtpConfigSchema } from '@postern/core';
import { requireUsable } from './config-requirements.js';
import { resolveService, type ServerConfig } from './well-known-service.js';

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
