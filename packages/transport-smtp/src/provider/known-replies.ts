import { KNOWN_PROVIDERS } from './known-providers.js';
import { MAIL_SERVERS } from './mail-servers.js';
import type { KnownReplies } from './provider.js';
import type { Refusal } from './refusal.js';
import type { SmtpReply } from './smtp-reply.js';

const patternOf = (phrase: string) =>
  new RegExp(`^${phrase.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '\\S+')}`, 'i');

/** Whether a text begins with a phrase. The phrase can start with a status. */
const begins = (text: string, { status }: SmtpReply, pattern: RegExp): boolean =>
  pattern.test(text) || pattern.test(`${status} ${text}`);

const saidByProviders: KnownReplies = KNOWN_PROVIDERS.flatMap(({ says = [], replies }) => [
  ...says,
  ...replies.flatMap(({ refusal, says }) =>
    refusal === undefined || says === undefined ? [] : [[refusal, says] as const],
  ),
]);

/** All known phrases, the longest and most specific first. */
const KNOWN: readonly { refusal: Refusal; phrase: string; pattern: RegExp }[] = [
  ...Object.values(MAIL_SERVERS).flat(),
  ...saidByProviders,
]
  .flatMap(([refusal, ...phrases]) =>
    phrases.map((phrase) => ({ refusal, phrase, pattern: patternOf(phrase) })),
  )
  .sort((one, other) => other.phrase.length - one.phrase.length);

/**
 * What a reply refuses, if it or one of its lines begins with a phrase that a mail server or a provider documents. This looks up
 * known replies instead of searching for words. It applies to every host, because relays forward the replies of other servers.
 */
export function knownRefusal(reply: SmtpReply): Refusal | undefined {
  for (const text of reply.texts) {
    const known = KNOWN.find(({ pattern }) => begins(text, reply, pattern));
    if (known) return known.refusal;
  }
  return undefined;
}

/** Whether a reply begins with the phrase of a provider's rule. */
export const isKnownReply = (reply: SmtpReply, phrase: string): boolean =>
  reply.texts.some((text) => begins(text, reply, patternOf(phrase)));
