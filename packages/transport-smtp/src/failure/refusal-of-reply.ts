import type { MailStage } from '@postern/core';
import { isKnownReply, knownRefusal } from '../provider/known-replies.js';
import type { Provider, ReplyRule } from '../provider/provider.js';
import type { Refusal } from '../provider/refusal.js';
import { readReply, type SmtpReply } from '../provider/smtp-reply.js';
import { REFUSALS } from './refusals.js';
import { refusalOfStatus, refusalOfSubject } from './status-codes.js';

type ByStage = Partial<Record<MailStage, Refusal>>;

/** Codes that have one meaning, regardless of the status (RFC 4954 section 6). */
const UNAMBIGUOUS: Readonly<Record<number, Refusal>> = { 530: 'login_required', 538: 'tls_required' };

const TROUBLE: ByStage = {
  greeting: 'server_trouble',
  ehlo: 'server_trouble',
  mail: 'server_trouble',
  rcpt: 'server_trouble',
  data: 'server_trouble',
  delivery: 'server_trouble',
};

const TOO_LARGE = 'message_too_large';

/** Basic codes that are more specific than the stage (RFC 5321 section 4.2.3, RFC 7504). */
const BASIC_CODES: Readonly<Record<number, ByStage>> = {
  421: { ...TROUBLE, auth: 'server_trouble' },
  451: TROUBLE,
  452: TROUBLE,
  454: TROUBLE,
  455: TROUBLE,
  500: TROUBLE,
  501: { ehlo: 'host_name', rcpt: 'address_unknown' },
  502: TROUBLE,
  503: TROUBLE,
  504: { ...TROUBLE, ehlo: 'host_name' },
  521: TROUBLE,
  550: { ehlo: 'host_name', rcpt: 'recipient_refused' },
  551: { rcpt: 'relay_denied' },
  552: { mail: TOO_LARGE, rcpt: 'mailbox_full', data: TOO_LARGE, delivery: TOO_LARGE },
  553: { ehlo: 'host_name', rcpt: 'recipient_refused' },
  554: { greeting: 'server_trouble', ehlo: 'host_name' },
  555: TROUBLE,
  556: { rcpt: 'address_unknown' },
};

const BY_STAGE: ByStage = {
  connect: 'host_refused',
  greeting: 'host_refused',
  auth: 'login_refused',
  mail: 'sender_refused',
  rcpt: 'account_policy',
  data: 'message_refused',
  delivery: 'message_refused',
};

const BY_STAGE_FOR_NOW: ByStage = {
  auth: 'login_unavailable',
  mail: 'sender_deferred',
  rcpt: 'deferred',
  data: 'deferred',
  delivery: 'deferred',
};

/** Reads the codes only: the enhanced status code first, then the basic code, then the rejected command. */
function refusalOfCodes({ code, status = '', isForNow }: SmtpReply, stage: MailStage): Refusal {
  if (stage === 'tls') return 'tls_unavailable';
  // The server closes the connection because of a temporary policy: too many connections, errors, or logins.
  const isClosedForNow = code === 421 && status.startsWith('4.7.');
  return (
    refusalOfStatus(status, stage) ??
    UNAMBIGUOUS[code] ??
    (isClosedForNow ? 'rate_limited' : undefined) ??
    refusalOfSubject(status, stage) ??
    (status.startsWith('4.7.') ? undefined : BASIC_CODES[code]?.[stage]) ??
    (isForNow ? BY_STAGE_FOR_NOW : BY_STAGE)[stage] ??
    'server_trouble'
  );
}

/** Before RCPT, the server does not know the recipient, so an unknown user is the login or the sender. */
const KNOWS_RECIPIENT: ReadonlySet<MailStage> = new Set(['rcpt', 'data', 'delivery']);

const isAboutRecipient = (refusal: Refusal | undefined): boolean =>
  refusal !== undefined && REFUSALS[refusal].code === 'recipient_rejected';

export interface ReadRefusal {
  refusal: Refusal;
  /** The same email may be accepted later. */
  isForNow: boolean;
  /** The provider's rule for this reply. */
  advice: ReplyRule | undefined;
}

/**
 * Reads what a reply refuses. The codes decide. If servers use the same codes for different problems, the documented texts of
 * mail servers and providers tell them apart. A rule from a provider's manual takes precedence for that provider, except that
 * a rule without a status does not override a status about the recipient.
 */
export function readRefusal(reply: string, stage: MailStage, provider: Provider | undefined): ReadRefusal {
  const read = readReply(reply);
  const { code, status, isForNow } = read;
  const rules = (provider?.replies ?? []).filter(
    (rule) =>
      rule.code === code &&
      (rule.status === undefined || rule.status === status) &&
      (rule.stages === undefined || rule.stages.includes(stage)) &&
      (rule.says === undefined || isKnownReply(read, rule.says)),
  );
  const known = knownRefusal(read);
  const byCodes = refusalOfCodes(read, stage);
  const found =
    (KNOWS_RECIPIENT.has(stage) || !isAboutRecipient(known) ? known : undefined) ??
    rules.find(({ status, says }) => status ?? says ?? !(read.status && isAboutRecipient(byCodes)))
      ?.refusal ??
    byCodes;
  // A permanent limit does not reset automatically.
  const refusal = found === 'rate_limited' && !isForNow ? 'account_quota' : found;
  const advice = rules.find((rule) => rule.refusal === undefined || rule.refusal === found);
  return { refusal, isForNow, advice };
}
