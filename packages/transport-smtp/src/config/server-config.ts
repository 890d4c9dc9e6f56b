import { parseSmtpConfig, type SmtpConfig } from '@postern/core';
import { isObject } from './config-patch.js';
import { requireUsable } from './config-requirements.js';
import { resolveService, type ServerConfig } from './well-known-service.js';

/** Where the application gets the tokens, `auth` only names the user. */
function withUserOnly(config: unknown): unknown {
  if (!isObject(config)) return config;
  const user = isObject(config.auth) ? config.auth.user : undefined;
  return { ...config, auth: { type: 'oauth2', user, accessToken: 'of getAccessToken' } };
}

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
 * @param options `hasTokens`: the application gets OAuth2 tokens, so `auth` needs no more than a user
 * @throws {ConfigError} with everything that can't be used
 */
export const readServerConfig = (config: unknown, { hasTokens = false } = {}): ServerConfig =>
  requireUsable(resolveService(parseSmtpConfig(hasTokens ? withUserOnly(config) : config)));
