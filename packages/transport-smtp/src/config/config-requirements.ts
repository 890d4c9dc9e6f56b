import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { ConfigError, type ConfigIssue, readWebUrl } from '@postern/core';
import { problemOfKey, problemsOfTls } from './key-material.js';
import type { ServerConfig } from './well-known-service.js';

/** nodemailer signs with RSA only. With any other key, it would send emails without a signature. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/**
 * Checks the settings that only Node.js can check. Otherwise, they would be reported later as a failure of the server, or not
 * at all.
 *
 * @throws {ConfigError} with all problems
 */
export function requireUsable(config: ServerConfig): ServerConfig {
  const { tls, auth, dkim, localAddress } = config;
  const issues: ConfigIssue[] = [];
  const refuse = (path: ConfigIssue['path'], message: string) =>
    issues.push({ severity: 'error', path, code: 'not_allowed', message });

  for (const { path, message } of problemsOfTls(tls)) refuse(path, message);
  if (dkim && !isRsaKey(dkim.privateKey)) {
    const [problem] = problemOfKey(dkim.privateKey)?.split(':') ?? ['is not an RSA key'];
    refuse(
      ['dkim', 'privateKey'],
      `dkim.privateKey ${problem}: use an unencrypted RSA private key in PEM format`,
    );
  }
  if ('privateKey' in auth) {
    const { privateKey } = auth;
    const isText = typeof privateKey === 'string';
    const problem = isText ? problemOfKey(privateKey) : problemOfKey(privateKey.key, privateKey.passphrase);
    const name = isText ? ['auth', 'privateKey'] : ['auth', 'privateKey', 'key'];
    if (problem) refuse(name, `${name.join('.')} ${problem}`);
  }
  if (localAddress !== undefined && !isIP(localAddress)) {
    refuse(['localAddress'], 'localAddress must be an IP address of this machine');
  }
  const accessUrl = config.auth && 'accessUrl' in config.auth ? config.auth.accessUrl : undefined;
  if (accessUrl !== undefined && !readWebUrl(accessUrl)) {
    refuse(
      ['auth', 'accessUrl'],
      'auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token',
    );
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return config;
}
