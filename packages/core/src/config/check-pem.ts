import { type ConfigIssue, error, warning } from '../config-issue.js';
import { isRecord } from './config-input.js';

/** The required content of these options of `tls.connect`. */
const PEM_OPTIONS = {
  ca: ['a certificate', '-----BEGIN CERTIFICATE-----'],
  cert: ['a certificate', '-----BEGIN CERTIFICATE-----'],
  key: ['a private key', '-----BEGIN PRIVATE KEY-----'],
} as const;

/**
 * Finds text that is not PEM. Node.js ignores it in `tls.ca` and then reports the server's certificate as untrusted. The
 * transport checks the content of the PEM.
 */
export function checkPem(tls: unknown): ConfigIssue[] {
  if (!isRecord(tls)) return [];
  // Without verification, an invalid CA does no harm.
  const report = tls.rejectUnauthorized === false ? warning : error;
  return Object.entries(PEM_OPTIONS).flatMap(([option, [what, start]]) => {
    const value = tls[option];
    const isList = Array.isArray(value);
    const texts: unknown[] = isList ? value : [value];
    return texts.flatMap((text, index) => {
      if (typeof text !== 'string' || text === '' || text.includes('-----BEGIN ')) return [];
      const path = ['tls', option, ...(isList ? [index] : [])];
      const name = isList ? `tls.${option}[${index}]` : `tls.${option}`;
      const message = `${name} is not ${what} in PEM format: set it to the text that starts with ${start}, not to a file name`;
      return [(option === 'ca' ? report : error)(path, 'pem_invalid', message)];
    });
  });
}
