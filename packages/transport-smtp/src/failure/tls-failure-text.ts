type CertificateProblem = readonly [problem: string, cure: string, cureWithOwnCa?: string];

const UNTRUSTED: CertificateProblem = [
  'comes from a certificate authority that is not trusted',
  'Private CA: put its certificate into tls.ca.',
  'The CA in tls.ca did not sign this certificate. Put the certificate of the right CA into tls.ca; for a public CA, remove tls.ca.',
];

/** With only its own certificate from the server, OpenSSL cannot tell a private CA from an incomplete chain. */
const UNKNOWN_ISSUER: CertificateProblem = [
  'was signed by an issuer that is not known here',
  'Private CA: put its certificate into tls.ca. Public CA: configure the server to send its full chain.',
  'The CA in tls.ca did not sign this certificate. Put the certificate of its issuer into tls.ca; for a public CA, remove tls.ca.',
];

const WRONG_NAME: CertificateProblem = [
  'is for another host name',
  'Write the name in the certificate as host, or as servername, if it is your provider’s.',
];

/** OpenSSL and Node error codes of a certificate that was not accepted, in words. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, CertificateProblem>> = {
  CERT_HAS_EXPIRED: ['has expired', 'Renew the certificate of the server.'],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Check the clock of this machine, and the certificate.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'is self-signed',
    'If it is yours, pass it in tls.ca.',
    'tls.ca contains another certificate. If this one is yours, pass it in tls.ca.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_REVOKED: ['was revoked', 'Replace the certificate of the server.'],
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_NAME,
  HOSTNAME_MISMATCH: WRONG_NAME,
};

type HandshakeProblem = readonly [code: RegExp, problem: string, cure: string];

const CLIENT_CERTIFICATE: HandshakeProblem = [
  /_ALERT_(?:CERTIFICATE_\w+|\w+_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/,
  'does not accept this client without a valid client certificate',
  'Write the client certificate and its private key as tls.cert and tls.key, or ask the operator to accept this machine without them.',
];

/**
 * OpenSSL's codes for a handshake that a TLS server ended, by the names of the alerts (RFC 8446 section 6). OpenSSL 3.2 writes
 * `SSL/TLS_ALERT` where older versions write `SSLV3_ALERT`.
 */
const HANDSHAKE_PROBLEMS: readonly HandshakeProblem[] = [
  [
    /_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$|_NO_PROTOCOLS_AVAILABLE$|_INAPPROPRIATE_FALLBACK$/,
    'supports no TLS version that this client accepts',
    'Update the server to TLS 1.2 or later. If the config has tls.minVersion, tls.maxVersion or tls.secureProtocol, remove them.',
  ],
  CLIENT_CERTIFICATE,
  [
    /_HANDSHAKE_FAILURE$|_INSUFFICIENT_SECURITY$|_NO_\w*(?:CIPHER|GROUP|SIGNATURE)\w*$|_(?:TOO_SMALL|TOO_WEAK)$|_UNSAFE_LEGACY_|_BAD_ECPOINT$|_WRONG_(?:CURVE|SIGNATURE_TYPE)$/,
    'and this client have no cipher, key size or signature in common',
    'Update the TLS settings of the server. If the config has tls.ciphers, tls.ecdhCurve or tls.sigalgs, remove them. Some servers also end the handshake this way without a client certificate (tls.cert, tls.key).',
  ],
  [
    /_UNRECOGNIZED_NAME$/,
    'has no certificate for this host name',
    'Write the name in the certificate of the server as host, or as servername.',
  ],
  [
    /_ALERT_\w+$/,
    'ended the TLS handshake with an error of its own',
    'Look into the log of the server. Servers without a certificate for the host name do this too: check host and servername.',
  ],
];

const problemOfHandshake = (causeCode: string): HandshakeProblem | undefined =>
  causeCode.startsWith('ERR_SSL_') ? HANDSHAKE_PROBLEMS.find(([code]) => code.test(causeCode)) : undefined;

/** Whether a TLS server ended the handshake, so that the port is right. */
export const endedByTlsServer = (causeCode = ''): boolean => problemOfHandshake(causeCode) !== undefined;

/** Whether the server misses a client certificate. With TLS 1.3 it says so after the handshake. */
export const wantsClientCertificate = (causeCode = ''): boolean =>
  problemOfHandshake(causeCode) === CLIENT_CERTIFICATE;

/** OpenSSL met bytes that are not TLS: the port speaks plain SMTP. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNEXPECTED_MESSAGE',
  'ERR_SSL_HTTP_REQUEST',
]);

/** The part of a failure that concerns TLS. */
interface TlsFailure {
  causeCode?: string | undefined;
  cause?: Error | undefined;
}

/** What went wrong with TLS, and what to do about it. */
export function describeTlsFailure(
  { causeCode = '', cause }: TlsFailure,
  { secure, hasOwnCa }: { secure: boolean; hasOwnCa: boolean },
  server: string,
): { message: string; hint: string } {
  const certificate = Object.hasOwn(CERTIFICATE_PROBLEMS, causeCode)
    ? CERTIFICATE_PROBLEMS[causeCode]
    : undefined;
  if (certificate) {
    const name =
      causeCode === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ` (${cause?.message.replace(/^.*?:\s*/s, '')})` : '';
    const [problem, cure, cureWithOwnCa = cure] = certificate;
    return {
      message: `The certificate of ${server} ${problem}${name}.`,
      hint: hasOwnCa ? cureWithOwnCa : cure,
    };
  }
  if (NOT_TLS.has(causeCode)) {
    return secure
      ? {
          message: `${server} does not speak TLS from the first byte.`,
          hint: 'Write "secure": false to begin in plain text and change to TLS by STARTTLS, or use port 465.',
        }
      : {
          message: `${server} accepted STARTTLS, then sent something that is not TLS.`,
          hint: 'Look into the log of the server: its TLS may not be set up. Or use port 465 with "secure": true.',
        };
  }
  const [, problem, hint] = problemOfHandshake(causeCode) ?? [];
  return {
    message: `${problem === undefined ? `TLS with ${server} failed` : `${server} ${problem}`}: ${causeCode || 'the connection was closed during the handshake'}.`,
    hint: hint ?? 'Check that the port matches "secure": 465 with true, 587 with false.',
  };
}
