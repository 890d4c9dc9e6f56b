import type { MailError } from '@postern/core';
import { type ReadRefusal, readRefusal } from '../failure/refusal-of-reply.js';
import { REFUSALS } from '../failure/refusals.js';
import { endedByTlsServer } from '../failure/tls-failure-text.js';
import type { Provider } from '../provider/provider.js';
import { isRefusal } from '../provider/smtp-reply.js';
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

/** What the server refused, if it did. */
const refusalIn = ({ response = '', stage }: MailError, provider: Provider | undefined) =>
  isRefusal(response) ? readRefusal(response, stage, provider) : undefined;

/** What else to try after such a failure; nothing where the server has given a reason of its own. */
export function troubleOf(error: MailError, provider: Provider | undefined): Trouble | undefined {
  const { stage } = error;
  if (isAboutCertificate(error) || endedByTlsServer(originalCodeOf(error))) return undefined;
  if (stage === 'connect') return 'port';
  if (stage === 'tls') return 'dialogue';
  const refused = refusalIn(error, provider);
  if (refused) {
    if (stage === 'ehlo' && refused.refusal === 'host_name') return 'name';
    return refused.refusal === 'tls_required' ? 'dialogue' : undefined;
  }
  // The server never said a word about the credentials.
  const noLogin = stage === 'auth' && error.response === undefined && error.cause === undefined;
  return noLogin || stage === 'greeting' || stage === 'ehlo' ? 'dialogue' : undefined;
}

/** Time alone cures it. */
const isTemporary = ({ code, stage, retryable }: MailError, refused: ReadRefusal | undefined) =>
  refused
    ? refused.isForNow && !REFUSALS[refused.refusal].lasts
    : // A token endpoint in trouble.
      stage === 'auth' && code === 'auth_failed' && retryable;

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
  const { code, stage } = error;
  const refused = refusalIn(error, provider);
  const advice = refused?.advice;
  // What the rules have found is the reason, where the refusal is about it.
  const key = refused ? REFUSALS[refused.refusal].key : stage;
  const related = problemsOfConfig.find((problem) => problem.patch && problem.path?.[0] === key);
  const temporary = isTemporary(error, refused);
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
