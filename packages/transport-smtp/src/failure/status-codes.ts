import type { MailStage } from '@postern/core';
import type { Refusal } from '../provider/refusal.js';

/** A refusal, or one for each stage. If the stage is missing, the basic code decides. */
type Meaning = Refusal | Partial<Record<MailStage, Refusal>>;

const recipient = (rcpt: Refusal): Meaning => ({
  mail: 'sender_refused',
  rcpt,
  data: rcpt,
  delivery: rcpt,
});

/** A missing login. At the end of a message, Yahoo's `5.7.9` is about the message. */
const NO_LOGIN: Meaning = { mail: 'login_required', rcpt: 'login_required', data: 'login_required' };

/** Missing TLS. During a login, these codes are about the login. */
const NO_TLS: Meaning = {
  ehlo: 'tls_required',
  mail: 'tls_required',
  rcpt: 'tls_required',
  data: 'tls_required',
};

/**
 * The enhanced status codes that IANA lists (RFC 3463, 4954, 5248, 7372, 7505, 8689), without their class, and those of Exchange
 * Online (https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online).
 */
const STATUS_CODES: Readonly<Record<string, Meaning>> = {
  '1.0': recipient('recipient_refused'),
  '1.1': recipient('address_unknown'),
  '1.2': recipient('address_unknown'),
  '1.3': recipient('address_unknown'),
  '1.4': recipient('address_unknown'),
  '1.6': recipient('address_unknown'),
  '1.7': 'sender_refused',
  '1.8': 'sender_domain',
  '1.9': recipient('recipient_refused'),
  '1.10': recipient('address_unknown'),
  '1.90': 'account_quota',
  '2.1': recipient('mailbox_disabled'),
  '2.2': recipient('mailbox_full'),
  '2.3': 'message_too_large',
  '2.251': 'sender_refused',
  '2.252': 'sender_refused',
  '3.4': 'message_too_large',
  '4.4': { rcpt: 'address_unknown', delivery: 'address_unknown' },
  '4.5': 'rate_limited',
  '5.2': { ehlo: 'host_name' },
  '5.3': 'rate_limited',
  '5.4': { ehlo: 'host_name' },
  '6.7': recipient('recipient_refused'),
  '7.3': NO_LOGIN,
  '7.4': NO_TLS,
  '7.8': NO_LOGIN,
  '7.9': NO_LOGIN,
  '7.10': 'tls_required',
  '7.11': 'tls_required',
  '7.13': 'account_blocked',
  '7.14': 'account_policy',
  '7.17': recipient('recipient_refused'),
  '7.18': recipient('recipient_refused'),
  '7.20': 'sender_authentication',
  '7.21': 'sender_authentication',
  '7.22': 'sender_authentication',
  '7.23': 'sender_authentication',
  '7.24': 'sender_authentication',
  '7.25': 'host_dns',
  '7.26': 'sender_authentication',
  '7.27': 'sender_domain',
  '7.28': 'rate_limited',
  '7.29': 'sender_authentication',
  '7.30': NO_TLS,
  '7.54': 'relay_denied',
  '7.57': 'login_required',
  '7.60': 'sender_refused',
  '7.64': 'relay_denied',
  '7.66': 'tls_version',
  '7.232': 'account_quota',
  '7.233': 'account_quota',
  '7.236': 'account_quota',
  '7.501': 'account_blocked',
  '7.502': 'account_blocked',
  '7.503': 'account_blocked',
  '7.504': recipient('recipient_refused'),
  '7.505': recipient('recipient_refused'),
  '7.506': 'host_name',
  '7.508': 'rate_limited',
  '7.509': 'sender_authentication',
  '7.511': 'host_blocked',
  '7.512': 'message_refused',
  '7.513': 'host_blocked',
  '7.515': 'sender_authentication',
  '7.705': 'account_blocked',
  '7.708': 'host_blocked',
  '7.750': 'sender_domain',
};

/** Exchange Online uses ranges of codes for banned IP addresses and tenants. */
function refusalOfRange(subject: string, detail: number): Refusal | undefined {
  if (subject !== '7') return undefined;
  if (detail >= 606 && detail <= 649) return 'host_blocked';
  if (detail >= 650 && detail <= 699) return 'rate_limited';
  return detail >= 700 && detail <= 749 ? 'account_blocked' : undefined;
}

const at = (meaning: Meaning | undefined, stage: MailStage) =>
  typeof meaning === 'object' ? meaning[stage] : meaning;

/** The refusal for an enhanced status code at a stage. */
export function refusalOfStatus(status: string, stage: MailStage): Refusal | undefined {
  const [, subject = '', detail = ''] = status.split('.');
  return at(STATUS_CODES[`${subject}.${detail}`] ?? refusalOfRange(subject, Number(detail)), stage);
}

const PROTOCOL = 'server_trouble';

/** The meaning of the subject, for unknown codes and for "other" (RFC 3463 section 3). */
const SUBJECTS: Readonly<Record<string, Meaning>> = {
  '1': recipient('recipient_refused'),
  '2': recipient('recipient_refused'),
  '3': 'server_trouble',
  '4': 'server_trouble',
  '5': { ehlo: PROTOCOL, mail: PROTOCOL, rcpt: PROTOCOL, data: PROTOCOL, delivery: PROTOCOL },
  '6': { data: 'message_refused', delivery: 'message_refused' },
  // X.7.1 is "delivery not authorized": this sender may not send to this recipient.
  '7': {
    connect: 'host_refused',
    greeting: 'host_refused',
    ehlo: 'host_refused',
    mail: 'sender_refused',
    rcpt: 'account_policy',
    data: 'message_refused',
    delivery: 'message_refused',
  },
};

/** The refusal for the subject of a status code. */
export function refusalOfSubject(status: string, stage: MailStage): Refusal | undefined {
  const [kind, subject = '', detail] = status.split('.');
  // Temporary policies are mostly greylisting. For "other" in a mailbox or protocol subject, the basic code is more specific.
  if (subject === '7' ? kind === '4' : detail === '0' && /[256]/.test(subject)) return undefined;
  return at(SUBJECTS[subject], stage);
}
