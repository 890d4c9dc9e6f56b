import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { DkimFacts } from './wire/inbox.js';

/** A public key in the format of its DNS record. */
export interface DkimKey {
  /** `selector._domainkey.example.com` */
  readonly recordName: string;
  /** `v=DKIM1; k=rsa; p=…` */
  readonly record: string;
}

const noDns = () => Object.assign(new Error('DNS is not queried.'), { code: 'ENOTFOUND' });

/** Verifies the first DKIM signature of a message with `keys`. It never queries DNS. */
export async function checkDkim(raw: Buffer, keys: readonly DkimKey[]): Promise<DkimFacts | undefined> {
  if (!/^dkim-signature:/im.test(raw.toString('latin1'))) return undefined;
  const { results } = await dkimVerify(raw, {
    resolver: async (name) => {
      const key = keys.find(({ recordName }) => recordName === name);
      if (!key) throw noDns();
      return [[key.record]];
    },
  });
  const [signature] = results;
  if (!signature?.signingDomain || !signature.selector) return undefined;
  const recordName = `${signature.selector}._domainkey.${signature.signingDomain}`;
  const isKnown = keys.some((key) => key.recordName === recordName);
  const result = !isKnown ? 'unknown' : signature.status.result === 'pass' ? 'pass' : 'fail';
  return {
    domain: signature.signingDomain,
    selector: signature.selector,
    algorithm: signature.algo ?? '',
    canonicalization: signature.format ?? '',
    signedHeaders: (signature.signingHeaders?.keys ?? '')
      .split(':')
      .map((name) => name.trim())
      .filter(Boolean),
    result,
    explanation: EXPLANATIONS[result],
    recordName,
  };
}

const EXPLANATIONS: Readonly<Record<DkimFacts['result'], string>> = {
  pass: 'The signature matches the message and the key in the running config.',
  fail: 'The message was changed, or signed with another key.',
  unknown: 'The public key is in DNS, which the playground does not query.',
};
