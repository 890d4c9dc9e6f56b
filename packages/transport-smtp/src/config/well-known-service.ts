import { ConfigError, type SmtpConfig } from '@postern/core';
import wellKnown from 'nodemailer/lib/well-known';

/** A config with a host and port. */
export type ServerConfig = SmtpConfig & { host: string; port: number };

const refuse = (path: string, message: string) =>
  new ConfigError([{ severity: 'error', path: [path], code: 'not_allowed', message }]);

/** The host of a config, from `host` or `service`. */
export function hostOf({ host, service }: { host?: unknown; service?: unknown }): string | undefined {
  if (typeof host === 'string') return host;
  const known = typeof service === 'string' ? wellKnown(service) : false;
  return known === false ? undefined : known.host;
}

/** Fills in host, port, and TLS mode from nodemailer's list of well-known services. Keys in the config take precedence. */
export function resolveService(config: SmtpConfig): ServerConfig {
  const { service } = config;
  const known = service === undefined ? undefined : wellKnown(service);
  if (known === false) {
    throw refuse(
      'service',
      `service ${JSON.stringify(service)} is not in the list of well-known services: set host and port instead`,
    );
  }
  const host = config.host ?? known?.host;
  const port = config.port ?? (known?.port === undefined ? undefined : Number(known.port));
  if (host === undefined)
    throw refuse(
      'host',
      'host is required: set it to the name of your SMTP server, such as "smtp.example.com"',
    );
  if (port === undefined)
    throw refuse('port', 'port is required: set it to the port of your SMTP server, usually 587 or 465');
  // The TLS mode in the list applies only to the port in the list.
  const secure = config.secure ?? (config.port === undefined ? known?.secure : undefined) ?? port === 465;
  return { ...config, host, port, secure };
}
