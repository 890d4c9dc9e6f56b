import type { MailStage } from '@postern/core';
import type { FailureParty, SmtpFailure } from './failure.js';

/** A reply that refuses (RFC 5321 section 4.2.1). */
export const isRefusal = (reply: string): boolean => /^[45]\d\d\b/.test(reply);

/** Temporary replies that mean "too much, too fast" (RFC 3463 status codes; Gmail and Microsoft list theirs). */
const RATE_LIMIT = /^(?:421[ -]4\.7\.|4\d\d[ -]4\.(?:7\.28|4\.5|5\.3)\b|450[ -]4\.2\.1\b|454[ -]4\.7\.0\b)/;

/** 421 and X.4.2, "bad connection": the server closes the connection, whatever was asked. */
const CLOSING = /^421\b/;
const BAD_CONNECTION = /^4\d\d[ -]4\.4\.2\b/;

const PARTY_OF_STAGE: Partial<Record<MailStage, FailureParty>> = {
  tls: 'host',
  auth: 'account',
  mail: 'account',
  rcpt: 'recipient',
  data: 'message',
  delivery: 'message',
};

function partyOf(reply: string, stage: MailStage): FailureParty {
  if (CLOSING.test(reply) && stage !== 'tls') return 'server';
  if (BAD_CONNECTION.test(reply) && stage === 'mail') return 'server';
  return PARTY_OF_STAGE[stage] ?? 'server';
}

/** What a reply other than the expected one means. */
export function failureOfReply(reply: string, stage: MailStage): SmtpFailure {
  if (!isRefusal(reply)) return { party: 'server', kind: 'unreadable', stage, reply };
  if (stage !== 'tls' && RATE_LIMIT.test(reply))
    return { party: 'account', kind: 'rate_limited', stage, reply };
  return { party: partyOf(reply, stage), kind: 'refused', stage, reply };
}
