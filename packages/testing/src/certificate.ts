import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** What the certificate of a trap says. */
export interface CertificateOptions {
  /**
   * The names and addresses it is valid for.
   * @default ['localhost', '127.0.0.1', '::1']
   */
  hostnames?: readonly string[] | undefined;
  /**
   * Makes a certificate that ran out yesterday.
   * @default false
   */
  expired?: boolean | undefined;
}

/** A self-signed certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];
const DAY = 24 * 60 * 60 * 1000;

/** One certificate per set of options and process: making one takes longer than many a test. */
const certificates = new Map<string, Promise<Certificate>>();

/** A self-signed EC certificate for these names. */
export function certificateFor(options: CertificateOptions = {}): Promise<Certificate> {
  const { hostnames = LOOPBACK_NAMES, expired = false } = options;
  const key = JSON.stringify([hostnames, expired]);
  const cached = certificates.get(key) ?? createCertificate(hostnames, expired);
  certificates.set(key, cached);
  return cached;
}

async function createCertificate(hostnames: readonly string[], expired: boolean): Promise<Certificate> {
  const now = Date.now();
  const pems = await generate([{ name: 'commonName', value: hostnames[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A day of slack: a container's clock may be behind.
    notBeforeDate: new Date(now - (expired ? 30 : 1) * DAY),
    notAfterDate: new Date(now + (expired ? -1 : 365) * DAY),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hostnames.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { cert: pems.cert, key: pems.private };
}
