import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts, DiagnosisFacts } from './diagnosis.js';

const DAY = 24 * 60 * 60 * 1000;

const nameOf = (name: { CN?: string | string[]; O?: string | string[] } | undefined) =>
  [name?.CN ?? name?.O ?? 'unnamed'].flat().join(', ');

/** `DNS:a.example, IP Address:192.0.2.1` → the names only. */
const namesIn = (subjectAltName = '') =>
  subjectAltName
    .split(', ')
    .map((part) => part.replace(/^[^:]*:/, ''))
    .filter((name) => name !== '');

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  // The last certificate of a complete chain is self-issued.
  for (
    let each: DetailedPeerCertificate | undefined = leaf;
    each && !seen.has(each.fingerprint256);
    each = each.issuerCertificate
  ) {
    seen.add(each.fingerprint256);
    chain.push(nameOf(each.subject));
  }
  return chain;
}

/** The facts of the server's certificate, whether or not it is trusted. */
function certificateFactsOf(socket: TLSSocket): CertificateFacts {
  const certificate = socket.getPeerCertificate(true);
  const validTo = new Date(certificate.valid_to);
  return {
    names: namesIn(certificate.subjectaltname),
    issuer: nameOf(certificate.issuer),
    validFrom: new Date(certificate.valid_from).toISOString(),
    validTo: validTo.toISOString(),
    daysLeft: Math.floor((validTo.getTime() - Date.now()) / DAY),
    chain: chainOf(certificate),
  };
}

export const tlsFactsOf = (socket: TLSSocket, secure: boolean): DiagnosisFacts['tls'] => ({
  mode: secure ? 'implicit' : 'starttls',
  version: socket.getProtocol() ?? 'unknown',
  cipher: socket.getCipher().standardName,
  certificate: certificateFactsOf(socket),
});

/** The day of an ISO 8601 time, such as `2027-01-31`. */
export const dayOf = (time: string) => time.slice(0, 10);
