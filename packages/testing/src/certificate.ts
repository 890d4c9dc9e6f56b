import { isIP } from 'node:net';
import { generate } from 'selfsigned';

/** The content of a trap's certificate. */
export interface CertificateOptions {
  /**
   * The names and addresses for which it is valid.
   * @default ['localhost', '127.0.0.1', '::1']
   */
  hostnames?: readonly string[] | undefined;
  /**
   * Creates a certificate that expired yesterday.
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

/** Certificates are cached by options, because creating one takes longer than many tests. */
const certificates = new Map<string, Promise<Certificate>>();

/** Returns a self-signed EC certificate for these names. */
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
    // Allow for clocks of containers that are up to a day behind.
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
