import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ServerConfig } from './well-known-service.js';

/** The place of an invalid value in the config, and its problem. Never quotes the value. */
export interface KeyProblem {
  path: (string | number)[];
  message: string;
}

const BLOCK = /-----BEGIN (?<label>[A-Z0-9 ]+)-----[\s\S]*?-----END \k<label>-----/g;
const CERTIFICATE_LABEL = /^(?:TRUSTED |X509 )?CERTIFICATE$/;

/** PEM as a string or as bytes. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : undefined;
};

function problemOfCertificates(text: string): string | undefined {
  const blocks = [...text.matchAll(BLOCK)].filter(({ groups }) =>
    CERTIFICATE_LABEL.test(groups?.label ?? ''),
  );
  if (blocks.length === 0) {
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return 'is a private key, not a certificate';
    return text.includes('-----BEGIN ')
      ? 'contains no complete certificate: copy everything from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----'
      : 'is not a certificate in PEM format: use the text that starts with -----BEGIN CERTIFICATE-----';
  }
  const broken = blocks.findIndex(([block]) => {
    try {
      return new X509Certificate(block) === undefined;
    } catch {
      return true;
    }
  });
  if (broken < 0) return undefined;
  const which = blocks.length === 1 ? 'its certificate' : `certificate ${broken + 1} of ${blocks.length}`;
  return `cannot be read: ${which} is damaged. Copy it again, with its line breaks`;
}

/** The problem of a private key, or `undefined` if it is valid. */
export function problemOfKey(text: string, passphrase?: string): string | undefined {
  try {
    createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
    return undefined;
  } catch {
    if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text))
      return passphrase === undefined
        ? 'is encrypted, and its passphrase is missing'
        : 'cannot be decrypted: the passphrase is wrong, or the key is damaged';
    return /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text)
      ? 'is a certificate, not a private key'
      : 'is not a private key in PEM format: copy everything from the BEGIN to the END line, with the line breaks';
  }
}

function eachOf(
  option: string,
  value: unknown,
): { path: (string | number)[]; name: string; value: unknown }[] {
  if (!Array.isArray(value)) return [{ path: ['tls', option], name: `tls.${option}`, value }];
  return value.map((each: unknown, index) => ({
    ...{ path: ['tls', option, index], name: `tls.${option}[${index}]`, value: each },
  }));
}

function problemsOfPem(tls: SecureContextOptions & { rejectUnauthorized?: unknown }): KeyProblem[] {
  const certificates = ['cert', ...(tls.rejectUnauthorized === false ? [] : ['ca'])] as const;
  const found = certificates.flatMap((option) =>
    eachOf(option, tls[option as 'ca' | 'cert']).map(({ value, ...place }) => {
      const text = textOf(value);
      return { ...place, problem: text === undefined ? undefined : problemOfCertificates(text) };
    }),
  );
  const keys = eachOf('key', tls.key).map(({ value, ...place }) => {
    const { pem, passphrase = tls.passphrase } =
      typeof value === 'object' && value !== null && 'pem' in value
        ? (value as { pem: unknown; passphrase?: string }) // Node's KeyObject option
        : { pem: value };
    const text = textOf(pem);
    return { ...place, problem: text === undefined ? undefined : problemOfKey(text, passphrase) };
  });
  return [...found, ...keys].flatMap(({ path, name, problem }) =>
    problem === undefined ? [] : [{ path, message: `${name} ${problem}` }],
  );
}

function codeOf(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'; // errors of Node.js and OpenSSL have codes
  }
}

/** Options that `tls.connect` checks only when it connects, so that the error would look like a failure of the server. */
const CONNECT_OPTIONS: Readonly<
  Record<string, readonly [rule: string, isUsable: (value: unknown) => boolean]>
> = {
  servername: ['must be a string: the host name in the certificate', (value) => typeof value === 'string'],
  minDHSize: ['must be a positive number', (value) => typeof value === 'number' && value > 0],
  checkServerIdentity: ['must be a function', (value) => typeof value === 'function'],
  pskCallback: ['must be a function', (value) => typeof value === 'function'],
};

const problemsOfConnect = (tls: Readonly<Record<string, unknown>>): KeyProblem[] =>
  Object.entries(CONNECT_OPTIONS).flatMap(([option, [rule, isUsable]]) => {
    const value = tls[option];
    const isUnset = value === undefined || value === null;
    return isUnset || isUsable(value) ? [] : [{ path: ['tls', option], message: `tls.${option} ${rule}` }];
  });

const GENERAL_RULE = 'is not valid: see tls.createSecureContext in the Node.js documentation, or remove it';

/** Rules for the options that only Node.js and OpenSSL can validate. */
const CONTEXT_RULES: Readonly<Record<string, string>> = {
  ciphers: 'must name ciphers that OpenSSL supports, such as "DEFAULT@SECLEVEL=1"',
  crl: 'must be a revocation list in PEM format, which starts with -----BEGIN X509 CRL-----',
  ecdhCurve: 'must name curves that OpenSSL supports, such as "auto" or "X25519:P-256"',
  secureOptions: 'must be a number that combines SSL_OP constants of node:crypto',
  secureProtocol: 'is not valid: use minVersion and maxVersion instead',
  sigalgs: 'must name signature algorithms that OpenSSL supports, such as "RSA-PSS+SHA256:ECDSA+SHA256"',
};

/** Node.js errors do not name the option, so each one is tried alone. */
function problemsOfContext(tls: Readonly<Record<string, unknown>>): KeyProblem[] {
  const code = codeOf(tls);
  if (code === undefined) return [];
  if (code.includes('KEY_VALUES_MISMATCH'))
    return [{ path: ['tls', 'key'], message: 'tls.key does not belong to the certificate in tls.cert' }];
  const alone = Object.entries(tls).filter(([key, value]) => codeOf({ [key]: value }) !== undefined);
  if (alone.length > 0)
    return alone.map(([key]) => ({
      path: ['tls', key],
      message: `tls.${key} ${CONTEXT_RULES[key] ?? GENERAL_RULE}`,
    }));
  return code === 'ERR_TLS_PROTOCOL_VERSION_CONFLICT'
    ? [
        {
          path: ['tls', 'secureProtocol'],
          message: 'tls.secureProtocol conflicts with minVersion and maxVersion: remove it',
        },
      ]
    : [
        {
          path: ['tls'],
          message: `tls has options that Node.js cannot use together (${code}): see tls.createSecureContext`,
        },
      ];
}

/** The problems of the options for `tls.connect`. */
export function problemsOfTls(tls: ServerConfig['tls']): KeyProblem[] {
  if (!tls) return [];
  const ofConnect = problemsOfConnect(tls);
  if (ofConnect.length > 0 || tls.secureContext !== undefined) return ofConnect;
  const problems = problemsOfPem(tls);
  if (problems.length > 0) return problems;
  if (tls.pfx !== undefined && codeOf({ pfx: tls.pfx, passphrase: tls.passphrase } as SecureContextOptions))
    return [
      {
        path: ['tls', 'pfx'],
        message:
          'tls.pfx cannot be read: pass the bytes of the PKCS #12 file, and its password as tls.passphrase',
      },
    ];
  return problemsOfContext(tls);
}
