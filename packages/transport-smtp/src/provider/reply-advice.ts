import type { MailStage } from '@postern/core';
import type { Provider, ReplyRule } from './provider.js';

/** Reply code and enhanced status code (RFC 5321 section 4.2, RFC 3463). */
const CODES = /^(?<code>\d{3})(?:[ -](?<status>\d\.\d{1,3}\.\d{1,3})\b)?/;

/** What a reply means when this provider says it, and its cure; chosen by its codes, and among those by its words. */
export function adviceFor(
  provider: Provider | undefined,
  stage: MailStage,
  response: string,
): ReplyRule | undefined {
  const { code, status } = CODES.exec(response)?.groups ?? {};
  return provider?.replies.find(
    (rule) =>
      rule.code === Number(code) &&
      (rule.status === undefined || rule.status === status) &&
      (rule.stages === undefined || rule.stages.includes(stage)) &&
      (rule.words === undefined || rule.words.test(response)),
  );
}
