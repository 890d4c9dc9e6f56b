import { type ConfigIssue, error, warning } from '../config-issue.js';
import { isRecord } from './config-input.js';

/** What each of these options of `tls.connect` has to contain. */
const PEM_OPTIONS = {
  ca: ['a certificate', '-----BEGIN CERTIFICATE-----'],
  cert: ['a certificate', '-----BEGIN CERTIFICATE-----'],
  key: ['a private key', '-----BEGIN PRIVATE KEY-----'],
} as const;

/**
 * Node ignores text in `tls.ca` that is not PEM, and then reports the certificate of the server as untrusted. What is in
 * the PEM is for the transport to check.
 */
export function checkPem(tls: unknown): ConfigIssue[] {
  if (!isRecord(tls)) return [];
  // Nothing is verified then, so a useless CA does no harm.
  const report = tls.rejectUnauthorized === false ? warning : error;
  return Object.entries(PEM_OPTIONS).flatMap(([option, [what, start]]) => {
    const value = tls[option];
    const isList = Array.isArray(value);
    const texts: unknown[] = isList ? value : [value];
    return texts.flatMap((text, index) => {
      if (typeof text !== 'string' || text === '' || text.includes('-----BEGIN ')) return [];
      const path = ['tls', option, ...(isList ? [index] : [])];
      const name = isList ? `tls.${option}[${index}]` : `tls.${option}`;
      const message = `${name} is not ${what} in PEM format: write the text that starts with ${start}, not a file name`;
      return [(option === 'ca' ? report : error)(path, 'pem_invalid', message)];
    });
  });
}
