import type { MailError } from '@postern/core';
import { type ReadRefusal, readRefusal } from '../failure/refusal-of-reply.js';
import { REFUSALS } from '../failure/refusals.js';
import { endedByTlsServer } from '../failure/tls-failure-text.js';
import type { Provider } from '../provider/provider.js';
import { isRefusal } from '../provider/smtp-reply.js';
import type { Trouble } from './alternatives.js';
import { dayOf } from './certificate-facts.js';
import type { CertificateFacts, DiagnosisProblem } from './diagnosis.js';

/** The findings at the time of a failure. */
export interface FailureFindings {
  provider: Provider | undefined;
  addresses: readonly { address: string; family: number }[];
  /** The rejected certificate. */
  certificate: CertificateFacts | undefined;
  /** The problems that the rules found in the config. */
  problemsOfConfig: readonly DiagnosisProblem[];
}

const originalCodeOf = ({ cause }: MailError): string | undefined => {
  if (!(cause instanceof Error)) return undefined;
  const { originalCode, code } = cause as Error & { originalCode?: string; code?: string }; // set by toMailError
  return originalCode ?? code;
};

const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;

/** Whether the server's certificate was rejected. */
export const isAboutCertificate = (error: MailError): boolean =>
  error.code === 'tls_failed' && CERTIFICATE.test(originalCodeOf(error) ?? '');

/** The refusal in the server's reply, if any. */
const refusalIn = ({ response = '', stage }: MailError, provider: Provider | undefined) =>
  isRefusal(response) ? readRefusal(response, stage, provider) : undefined;

/** The kind of alternatives to try after a failure. Undefined if the server gave a reason. */
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
  // The server did not reply to the credentials.
  const noLogin = stage === 'auth' && error.response === undefined && error.cause === undefined;
  return noLogin || stage === 'greeting' || stage === 'ehlo' ? 'dialogue' : undefined;
}

/** Whether a retry can succeed without a change. */
const isTemporary = ({ code, stage, retryable }: MailError, refused: ReadRefusal | undefined) =>
  refused
    ? refused.isForNow && !REFUSALS[refused.refusal].lasts
    : // The token endpoint is temporarily unavailable.
      stage === 'auth' && code === 'auth_failed' && retryable;

/** Error codes of an address that this machine cannot reach. */
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

/** Describes a failure for the operator of the service. */
export function problemOfFailure(
  error: MailError,
  { provider, addresses, certificate, problemsOfConfig }: FailureFindings,
): DiagnosisProblem {
  const { code, stage } = error;
  const refused = refusalIn(error, provider);
  const advice = refused?.advice;
  // If the rules found a problem with the refused setting, it is the cause.
  const key = refused ? REFUSALS[refused.refusal].key : stage;
  const related = problemsOfConfig.find((problem) => problem.patch && problem.path?.[0] === key);
  const temporary = isTemporary(error, refused);
  const base = { severity: 'error', code, temporary } as const;
  if (isIpv6DeadEnd(error, addresses)) {
    return {
      ...base,
      message: `The host has only IPv6 addresses (${addresses.map(({ address }) => address).join(', ')}), which this machine cannot reach.`,
      hint: 'Enable IPv6 on this machine, or set host to a server with an IPv4 address.',
    };
  }
  if (stage === 'dns' && provider && code === 'connection_failed') {
    const hint = `The host name is correct for ${provider.name}. Check the DNS servers and the network of this machine.`;
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
