type CertificateProblem = readonly [problem: string, cure: string, cureWithOwnCa?: string];

const UNTRUSTED: CertificateProblem = [
  'was issued by a certificate authority that is not trusted',
  'For a private CA, set tls.ca to its certificate.',
  'The CA in tls.ca did not sign this certificate. Set tls.ca to the certificate of the correct CA. For a public CA, remove tls.ca.',
];

/** If the server sends only its own certificate, OpenSSL cannot tell a private CA from an incomplete chain. */
const UNKNOWN_ISSUER: CertificateProblem = [
  'was signed by an unknown issuer',
  'For a private CA, set tls.ca to its certificate. For a public CA, configure the server to send its full chain.',
  'The CA in tls.ca did not sign this certificate. Set tls.ca to the certificate of its issuer. For a public CA, remove tls.ca.',
];

const WRONG_NAME: CertificateProblem = [
  'is for a different host name',
  'If the name in the certificate belongs to your provider, set host or servername to that name.',
];

/** Descriptions of the OpenSSL and Node.js error codes for rejected certificates. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, CertificateProblem>> = {
  CERT_HAS_EXPIRED: ['has expired', "Renew the server's certificate."],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Check the clock of this machine and the certificate.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'is self-signed',
    'If the certificate is yours, set tls.ca to it.',
    'tls.ca contains a different certificate. If this one is yours, set tls.ca to it.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_ISSUER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_ISSUER,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_REVOKED: ['was revoked', "Replace the server's certificate."],
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_NAME,
  HOSTNAME_MISMATCH: WRONG_NAME,
};

type HandshakeProblem = readonly [code: RegExp, problem: string, cure: string];

const CLIENT_CERTIFICATE: HandshakeProblem = [
  /_ALERT_(?:CERTIFICATE_\w+|\w+_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)$/,
  'requires a valid client certificate',
  'Set tls.cert and tls.key to a client certificate and its private key, or ask the server operator to accept this machine without one.',
];

/**
 * OpenSSL's codes for handshakes that a TLS server ended, by the names of the alerts (RFC 8446 section 6). OpenSSL 3.2 uses
 * `SSL/TLS_ALERT` instead of `SSLV3_ALERT`.
 */
const HANDSHAKE_PROBLEMS: readonly HandshakeProblem[] = [
  [
    /_PROTOCOL_VERSION$|_UNSUPPORTED_PROTOCOL$|_NO_PROTOCOLS_AVAILABLE$|_INAPPROPRIATE_FALLBACK$/,
    'does not support a TLS version that this client accepts',
    'Update the server to TLS 1.2 or later. If the config sets tls.minVersion, tls.maxVersion, or tls.secureProtocol, remove them.',
  ],
  CLIENT_CERTIFICATE,
  [
    /_HANDSHAKE_FAILURE$|_INSUFFICIENT_SECURITY$|_NO_\w*(?:CIPHER|GROUP|SIGNATURE)\w*$|_(?:TOO_SMALL|TOO_WEAK)$|_UNSAFE_LEGACY_|_BAD_ECPOINT$|_WRONG_(?:CURVE|SIGNATURE_TYPE)$/,
    'and this client have no cipher, key size, or signature algorithm in common',
    'Update the TLS settings of the server. If the config sets tls.ciphers, tls.ecdhCurve, or tls.sigalgs, remove them. Some servers also fail this way if the client certificate (tls.cert, tls.key) is missing.',
  ],
  [
    /_UNRECOGNIZED_NAME$/,
    'has no certificate for this host name',
    "Set host or servername to the name in the server's certificate.",
  ],
  [
    /_ALERT_\w+$/,
    'ended the TLS handshake with an error',
    'Check the server log. Servers without a certificate for the host name also fail this way: check host and servername.',
  ],
];

const problemOfHandshake = (causeCode: string): HandshakeProblem | undefined =>
  causeCode.startsWith('ERR_SSL_') ? HANDSHAKE_PROBLEMS.find(([code]) => code.test(causeCode)) : undefined;

/** Whether a TLS server ended the handshake. If so, the port is correct. */
export const endedByTlsServer = (causeCode = ''): boolean => problemOfHandshake(causeCode) !== undefined;

/** Whether the server requires a client certificate. With TLS 1.3, this error arrives after the handshake. */
export const wantsClientCertificate = (causeCode = ''): boolean =>
  problemOfHandshake(causeCode) === CLIENT_CERTIFICATE;

/** OpenSSL received bytes that are not TLS, so the port uses plain SMTP. */
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

/** Describes a TLS failure and what to do about it. */
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
          message: `${server} does not use implicit TLS.`,
          hint: 'Set "secure": false to start in plain text and upgrade with STARTTLS, or use port 465.',
        }
      : {
          message: `${server} accepted STARTTLS but then sent data that is not TLS.`,
          hint: 'Check the server log: TLS may not be configured. Or use port 465 with "secure": true.',
        };
  }
  const [, problem, hint] = problemOfHandshake(causeCode) ?? [];
  return {
    message: `${problem === undefined ? `The TLS handshake with ${server} failed` : `${server} ${problem}`}: ${causeCode || 'the connection was closed during the handshake'}.`,
    hint: hint ?? 'Check that "secure" matches the port: true for 465, false for 587.',
  };
}
