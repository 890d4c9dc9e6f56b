import { createPublicKey } from 'node:crypto';
import type { SmtpConfig } from '@postern/core';
import type { Provider } from '../provider/provider.js';
import type { DiagnosisProblem } from './diagnosis.js';
import type { DnsResolver } from './dns-resolver.js';
import type { StepReport } from './step-log.js';

/** The result of a DNS query. `exists` is false for an unknown name (NXDOMAIN). */
type Answer<T> = { records: T[]; exists: boolean } | { trouble: string };

async function ask<T>(query: () => Promise<T[]>): Promise<Answer<T>> {
  try {
    return { records: await query(), exists: true };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // c-ares errors have codes
    if (code === 'ENODATA') return { records: [], exists: true };
    return code === 'ENOTFOUND' ? { records: [], exists: false } : { trouble: code };
  }
}

const warn = (message: string, hint: string): DiagnosisProblem => ({
  severity: 'warning',
  message,
  hint,
  temporary: false,
});

type Name = 'mx' | 'spf' | 'dkim' | 'dmarc';
type Reported = Extract<StepReport, { name: Name }>;

const unknown = (name: Name, tried: string, trouble: string): Reported => ({
  name,
  status: 'skipped',
  tried,
  summary: `DNS did not answer (${trouble})`,
});

const missing = (name: Name, tried: string, summary: string, hint: string): Reported => ({
  name,
  status: 'warning',
  tried,
  summary,
  problems: [warn(summary, hint)],
});

const noDomain = (name: Name, tried: string, domain: string): Reported =>
  missing(
    name,
    tried,
    `the domain ${domain} does not exist`,
    'Many servers reject email from this domain. Check the spelling of fromEmail and envelopeFrom, or register the domain.',
  );

async function checkMx(domain: string, resolver: DnsResolver): Promise<Reported> {
  const tried = `Look up the mail servers of ${domain}`;
  const answer = await ask(() => resolver.resolveMx(domain));
  if ('trouble' in answer) return unknown('mx', tried, answer.trouble);
  if (!answer.exists) return noDomain('mx', tried, domain);
  const records = answer.records
    // "." means that the domain accepts no email (RFC 7505).
    .filter(({ exchange }) => exchange !== '' && exchange !== '.')
    .sort((one, other) => one.priority - other.priority)
    .map(({ exchange, priority }) => `${priority} ${exchange}`);
  return records.length > 0
    ? { name: 'mx', status: 'passed', tried, summary: records.join(', '), facts: { records } }
    : missing(
        'mx',
        tried,
        `${domain} has no mail server`,
        'Bounces are lost, and some servers reject email from such a domain. Add an MX record, or send from a domain that has one.',
      );
}

/** Checks the SPF record (RFC 7208). */
async function checkSpf(
  domain: string,
  resolver: DnsResolver,
  provider: Provider | undefined,
): Promise<Reported> {
  const tried = `Look up the SPF record of ${domain}`;
  const answer = await ask(() => resolver.resolveTxt(domain));
  if ('trouble' in answer) return unknown('spf', tried, answer.trouble);
  if (!answer.exists) return noDomain('spf', tried, domain);
  const records = answer.records
    .map((parts) => parts.join(''))
    .filter((text) => /^v=spf1(?: |$)/i.test(text));
  const [record] = records;
  const include = provider?.spf;
  if (record === undefined) {
    return missing(
      'spf',
      tried,
      `${domain} has no SPF record`,
      `Add a TXT record such as "v=spf1 include:${include ?? 'the name from your provider'} ~all".`,
    );
  }
  const problems = [
    ...(records.length > 1
      ? [
          warn(
            `${domain} has ${records.length} SPF records`,
            'Merge them into one. Otherwise, receivers ignore all of them.',
          ),
        ]
      : []),
    ...(/(?:^| )\+?all(?: |$)/i.test(record)
      ? [warn('the SPF record allows any server to send', 'End it with "~all" or "-all".')]
      : []),
    ...(include !== undefined && !record.includes(`include:${include}`)
      ? [
          warn(
            `the SPF record does not include ${provider?.name}`,
            `Add include:${include}, or sign with a DKIM key for your domain.`,
          ),
        ]
      : []),
  ];
  const status = problems.length > 0 ? 'warning' : 'passed';
  return { name: 'spf', status, tried, summary: record, facts: { record }, problems };
}

/** The public key in the format of the DNS record (RFC 6376 section 3.6.1). */
const publicKeyOf = (privateKey: string) =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');

async function checkDkim(
  { domainName, keySelector, privateKey }: NonNullable<SmtpConfig['dkim']>,
  domain: string,
  resolver: DnsResolver,
): Promise<Reported> {
  const name = `${keySelector}._domainkey.${domainName}`;
  const tried = `Look up the DKIM key ${name}`;
  const answer = await ask(() => resolver.resolveTxt(name));
  if ('trouble' in answer) return unknown('dkim', tried, answer.trouble);
  const expected = `v=DKIM1; k=rsa; p=${publicKeyOf(privateKey)}`;
  const record = answer.records.map((parts) => parts.join('')).find((text) => /(?:^|;)\s*p=/i.test(text));
  if (record === undefined) {
    return missing(
      'dkim',
      tried,
      `there is no DKIM key at ${name}`,
      `Add the TXT record "${expected}". Without it, all signatures fail.`,
    );
  }
  const published = /(?:^|;)\s*p=([^;]*)/i.exec(record)?.[1]?.replaceAll(/\s/g, '');
  const aligned = domain === domainName.toLowerCase() || domain.endsWith(`.${domainName.toLowerCase()}`);
  const problems = [
    ...(published === publicKeyOf(privateKey)
      ? []
      : [
          warn(
            `the DKIM key at ${name} does not match dkim.privateKey`,
            `Publish "${expected}", or use the private key that matches the record.`,
          ),
        ]),
    ...(aligned
      ? []
      : [
          warn(
            `dkim.domainName ${domainName} is not the domain of fromEmail`,
            `Sign with ${domain}. Otherwise, DMARC ignores the signature (RFC 7489 section 3.1).`,
          ),
        ]),
  ];
  const status = problems.length > 0 ? 'warning' : 'passed';
  const facts = { selector: keySelector, record };
  return { name: 'dkim', status, tried, summary: `the key at ${name}`, facts, problems };
}

/** `mail.example.com` → itself and `example.com`, because a domain's policy also applies to its subdomains. */
const withParents = (domain: string): string[] => {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
};

/** Checks the DMARC policy (RFC 7489). */
async function checkDmarc(domain: string, resolver: DnsResolver): Promise<Reported> {
  const tried = `Look up the DMARC policy of ${domain}`;
  for (const each of withParents(domain)) {
    const answer = await ask(() => resolver.resolveTxt(`_dmarc.${each}`));
    if ('trouble' in answer) return unknown('dmarc', tried, answer.trouble);
    const record = answer.records.map((parts) => parts.join('')).find((text) => /^v=DMARC1\b/i.test(text));
    if (record === undefined) continue;
    const policy = /;\s*p=\s*(\w+)/i.exec(record)?.[1]?.toLowerCase() ?? 'none';
    return { name: 'dmarc', status: 'passed', tried, summary: record, facts: { record, policy } };
  }
  return missing(
    'dmarc',
    tried,
    `${domain} has no DMARC policy`,
    `Add a TXT record at _dmarc.${domain}, such as "v=DMARC1; p=none". Gmail and Yahoo require one from bulk senders.`,
  );
}

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** The addresses that a message has, and how it is signed. */
export interface Sender {
  /** The address that recipients see. DKIM and DMARC apply to its domain. */
  readonly from: string;
  /**
   * The envelope sender. It receives bounces, and SPF applies to its domain (RFC 7208 section 2.4). Undefined if a provider
   * uses its own address, so that the SPF record does not matter.
   */
  readonly envelopeFrom: string | undefined;
  readonly dkim: SmtpConfig['dkim'];
  readonly provider: Provider | undefined;
}

/** Checks the DNS records that authenticate the sender and that receive bounces. */
export const checkSenderDomain = (
  { from, envelopeFrom, dkim, provider }: Sender,
  resolver: DnsResolver,
): Promise<Reported[]> => {
  const domain = domainOf(from);
  return Promise.all([
    checkMx(domainOf(envelopeFrom ?? from), resolver),
    ...(envelopeFrom === undefined ? [] : [checkSpf(domainOf(envelopeFrom), resolver, provider)]),
    ...(dkim ? [checkDkim(dkim, domain, resolver)] : []),
    checkDmarc(domain, resolver),
  ]);
};
