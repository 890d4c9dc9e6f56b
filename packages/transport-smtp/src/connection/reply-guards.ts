import { failureOfReply, type SmtpFailure } from '../failure/failure.js';
import { isRefusal } from '../provider/smtp-reply.js';
import type { AwaitedReply } from './transcript.js';

/** nodemailer looks at the first digit alone, and would take `2`, `20` or `2xx` for an acceptance. */
function isExpected(reply: string, { stage, isPipelined }: AwaitedReply): boolean {
  // All lines have one code (RFC 5321 section 4.2.1). Where the last one refuses, that may be what the server means.
  if (isRefusal(reply.slice(reply.lastIndexOf('\n') + 1))) return false;
  if (stage === 'auth') return /^[23]\d\d\b/.test(reply);
  // Some servers write 250 instead of 354. Where commands went together, that 250 may answer the recipient.
  if (stage === 'data') return (isPipelined ? /^3\d\d\b/ : /^[23]\d\d\b/).test(reply);
  return /^2\d\d\b/.test(reply);
}

const outOfStep = (stage: SmtpFailure['stage']): SmtpFailure => ({ kind: 'unreadable', stage });

/**
 * What is wrong with a reply that nodemailer would accept. The connection must be closed at once then, before nodemailer
 * acts on the reply.
 */
export function objectionTo(
  reply: string,
  awaited: AwaitedReply,
  { bytesRead, isContentSent }: { bytesRead: number; isContentSent: boolean },
): SmtpFailure | undefined {
  const { stage } = awaited;
  // A server that answers before it has the whole message may still accept what follows: stop after a refusal, and never
  // report an acceptance.
  if (stage === 'delivery' && !isContentSent)
    return isRefusal(reply) ? failureOfReply(reply, 'data') : outOfStep('data');
  // The reply was here before its command was sent: it answers something else, and all that follow are one too early.
  if (bytesRead === awaited.bytesRead) return outOfStep(stage);
  if (!isRefusal(reply) && !isExpected(reply, awaited)) return failureOfReply(reply, stage);
  return undefined;
}

/** More than any server says in one refusal, in bytes. */
const LONGEST_TAIL = 8192;

/**
 * Keeps the end of what the server said in plain text, for a refusal of several lines that the server cuts off by closing the
 * connection: nodemailer reports the last line alone, or nothing. Within TLS those bytes are nodemailer's alone, and such a
 * connection counts as lost.
 */
export class CutOffReply {
  private tail = Buffer.alloc(0);

  read(chunk: Buffer): void {
    this.tail = Buffer.concat([this.tail, chunk]).subarray(-LONGEST_TAIL);
  }

  /** The refusal that was not finished. */
  get refusal(): string | undefined {
    const lines = /(?:^|\n)((?:\d+-[^\n]*\n)*[^\n]*)$/.exec(this.tail.toString())?.[1] ?? '';
    const reply = lines.replaceAll('\r\n', '\n').trim();
    return isRefusal(reply) ? reply : undefined;
  }
}
