import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ConfigError, type ConfigIssue, MailError, parseRecipient, readWebUrl } from '@postern/core';
import type { ServerConfig } from './well-known-service.js';

/** What `tls.connect` says of its options, or `undefined`. */
function problemOfTls(tls: ServerConfig['tls']): string | undefined {
  if (!tls || tls.secureContext !== undefined) return undefined;
  try {
    createSecureContext(tls);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'; // Node and OpenSSL throw errors with codes
  }
}

/** DKIM signs with RSA here; with any other key, nodemailer would send emails without a signature. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/**
 * Checks what takes Node to check. Later it would be reported as the server's fault, or not at all.
 *
 * @throws {ConfigError} with everything that can't be used
 */
export function requireUsable(config: ServerConfig): ServerConfig {
  const { tls, dkim, localAddress, envelopeFrom } = config;
  const issues: ConfigIssue[] = [];
  const refuse = (path: string[], message: string) =>
    issues.push({ severity: 'error', path, code: 'not_allowed', message });

  const tlsProblem = problemOfTls(tls);
  if (tlsProblem) {
    refuse(['tls'], `tls has an option that Node can’t use (${tlsProblem}): see the options of tls.connect`);
  }
  if (dkim && !isRsaKey(dkim.privateKey)) {
    refuse(
      ['dkim', 'privateKey'],
      'dkim.privateKey can’t be used: write an RSA private key (PEM), not encrypted',
    );
  }
  if (localAddress !== undefined && !isIP(localAddress)) {
    refuse(['localAddress'], 'localAddress has to be an IP address of this machine');
  }
  const accessUrl = config.auth && 'accessUrl' in config.auth ? config.auth.accessUrl : undefined;
  if (accessUrl !== undefined && !readWebUrl(accessUrl)) {
    refuse(
      ['auth', 'accessUrl'],
      'auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token',
    );
  }
  let sender = envelopeFrom;
  try {
    // The same rules as for recipients: one address, its domain in ASCII.
    if (envelopeFrom !== undefined) sender = parseRecipient(envelopeFrom);
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    refuse(['envelopeFrom'], 'envelopeFrom has to be one address, such as bounces@example.com');
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return sender === undefined ? config : { ...config, envelopeFrom: sender };
}
