import type { MailError } from '@postern/core';
import { endedByTlsServer } from '../failure/tls-failure-text.js';
import type { Provider } from '../provider/provider.js';
import { adviceFor } from '../provider/reply-advice.js';
import type { Trouble } from './alternatives.js';
import { dayOf } from './certificate-facts.js';
import type { CertificateFacts, DiagnosisProblem } from './diagnosis.js';

/** What was known when it failed. */
export interface FailureFindings {
  provider: Provider | undefined;
  addresses: readonly { address: string; family: number }[];
  /** The certificate that was not accepted. */
  certificate: CertificateFacts | undefined;
  /** What the rules said about the config. */
  problemsOfConfig: readonly DiagnosisProblem[];
}

const originalCodeOf = ({ cause }: MailError): string | undefined => {
  if (!(cause instanceof Error)) return undefined;
  const { originalCode, code } = cause as Error & { originalCode?: string; code?: string }; // set by toMailError
  return originalCode ?? code;
};

const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;

/** The server speaks TLS, and shows a certificate that is not accepted. */
export const isAboutCertificate = (error: MailError): boolean =>
  error.code === 'tls_failed' && CERTIFICATE.test(originalCodeOf(error) ?? '');

/** What else to try after such a failure; nothing where the server has given a reason of its own. */
export function troubleOf(error: MailError, ignoreTLS = false): Trouble | undefined {
  const { stage, responseCode } = error;
  if (isAboutCertificate(error) || endedByTlsServer(originalCodeOf(error))) return undefined;
  if (stage === 'connect') return 'port';
  if (stage === 'tls') return 'dialogue';
  if (stage === 'ehlo' && responseCode !== undefined && responseCode >= 500) return 'name';
  // It asks for TLS (RFC 3207 section 4, RFC 4954 section 6).
  if (ignoreTLS && (responseCode === 530 || responseCode === 538)) return 'dialogue';
  // The server never said a word about the credentials.
  const noLogin = stage === 'auth' && error.response === undefined && error.cause === undefined;
  const noReply = responseCode === undefined || responseCode < 400 || responseCode > 599;
  return noLogin || ((stage === 'greeting' || stage === 'ehlo') && noReply) ? 'dialogue' : undefined;
}

/** Time alone cures it. */
const isTemporary = ({ code, stage, responseCode = 0, retryable }: MailError) =>
  code === 'rate_limited' ||
  (responseCode >= 400 && responseCode < 500) ||
  // A token endpoint in trouble.
  (stage === 'auth' && code === 'auth_failed' && retryable);

/** There is a way to the server, but not for this machine. */
const UNREACHABLE = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT'];

function isIpv6DeadEnd(error: MailError, addresses: FailureFindings['addresses']): boolean {
  return (
    error.stage === 'connect' &&
    addresses.length > 0 &&
    addresses.every(({ family }) => family === 6) &&
    UNREACHABLE.includes(originalCodeOf(error) ?? '')
  );
}

const describeCertificate = ({ names, issuer, validFrom, validTo, chain }: CertificateFacts) =>
  `It is for ${names.join(', ') || 'no name'}, valid from ${dayOf(validFrom)} to ${dayOf(validTo)}, issued by ${issuer}${
    chain.length > 1 ? ` (chain: ${chain.join(' ← ')})` : ''
  }.`;

/** What a failure means to who runs the service. */
export function problemOfFailure(
  error: MailError,
  { provider, addresses, certificate, problemsOfConfig }: FailureFindings,
): DiagnosisProblem {
  const { code, stage, response = '' } = error;
  const advice = adviceFor(provider, stage, response);
  // What the rules have found is the reason, where the refusal is about it.
  const path = stage === 'auth' ? 'auth' : advice?.about;
  const related = problemsOfConfig.find((problem) => problem.patch && problem.path?.[0] === path);
  const temporary = isTemporary(error) && !advice?.lasts;
  const base = { severity: 'error', code, temporary } as const;
  if (isIpv6DeadEnd(error, addresses)) {
    return {
      ...base,
      message: `The host has only IPv6 addresses (${addresses.map(({ address }) => address).join(', ')}), and this machine does not get there over IPv6.`,
      hint: 'Give this machine IPv6, or write a host that has an IPv4 address.',
    };
  }
  if (stage === 'dns' && provider && code === 'connection_failed') {
    const hint = `That is the right name for ${provider.name}: check the DNS servers and the network of this machine.`;
    return { ...base, message: error.message, hint };
  }
  const message = advice?.meaning ?? error.message;
  const hint = temporary ? (advice?.cure ?? error.hint) : (related?.hint ?? advice?.cure ?? error.hint);
  return {
    ...base,
    message: certificate ? `${message} ${describeCertificate(certificate)}` : message,
    ...(hint !== undefined && { hint }),
    ...(related && !temporary && { path: related.path, patch: related.patch }),
  };
}
