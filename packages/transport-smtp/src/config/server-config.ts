import { parseSmtpConfig, type SmtpConfig } from '@postern/core';
import { isObject } from './config-patch.js';
import { requireUsable } from './config-requirements.js';
import { resolveService, type ServerConfig } from './well-known-service.js';

/** If the application provides the tokens, `auth` needs only the user. */
function withUserOnly(config: unknown): unknown {
  if (!isObject(config)) return config;
  const user = isObject(config.auth) ? config.auth.user : undefined;
  return { ...config, auth: { type: 'oauth2', user, accessToken: 'of getAccessToken' } };
}

/**
 * The SMTP part of a connector config before normalization: `auth.type` is optional and case-insensitive, numbers can be
 * strings, and `url` or `service` can replace `host` and `port`.
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
 * Reads and validates the SMTP part of a config.
 *
 * @param options `hasTokens`: the application provides OAuth2 tokens, so `auth` needs only a user
 * @throws {ConfigError} with all problems
 */
export const readServerConfig = (config: unknown, { hasTokens = false } = {}): ServerConfig =>
  requireUsable(resolveService(parseSmtpConfig(hasTokens ? withUserOnly(config) : config)));
