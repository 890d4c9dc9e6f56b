import { failureOfReply, type SmtpFailure } from '../failure/failure.js';
import { isRefusal } from '../provider/smtp-reply.js';
import type { AwaitedReply } from './transcript.js';

/** nodemailer checks only the first digit and would accept `2`, `20`, or `2xx`. */
function isExpected(reply: string, { stage, isPipelined }: AwaitedReply): boolean {
  // All lines must have the same code (RFC 5321 section 4.2.1). If the last one is a refusal, treat the reply as one.
  if (isRefusal(reply.slice(reply.lastIndexOf('\n') + 1))) return false;
  if (stage === 'auth') return /^[23]\d\d\b/.test(reply);
  // Some servers send 250 instead of 354. If commands were pipelined, that 250 may be the reply to RCPT.
  if (stage === 'data') return (isPipelined ? /^3\d\d\b/ : /^[23]\d\d\b/).test(reply);
  return /^2\d\d\b/.test(reply);
}

const outOfStep = (stage: SmtpFailure['stage']): SmtpFailure => ({ kind: 'unreadable', stage });

/**
 * The problem of a reply that nodemailer would accept. If there is one, close the connection immediately, before nodemailer acts
 * on the reply.
 */
export function objectionTo(
  reply: string,
  awaited: AwaitedReply,
  { bytesRead, isContentSent }: { bytesRead: number; isContentSent: boolean },
): SmtpFailure | undefined {
  const { stage } = awaited;
  // A server that replies before it has the whole message may still accept the rest. Stop after a refusal, and never report an
  // acceptance.
  if (stage === 'delivery' && !isContentSent)
    return isRefusal(reply) ? failureOfReply(reply, 'data') : outOfStep('data');
  // The reply arrived before the command was sent, so it belongs to something else, and all later replies are shifted by one.
  if (bytesRead === awaited.bytesRead) return outOfStep(stage);
  if (!isRefusal(reply) && !isExpected(reply, awaited)) return failureOfReply(reply, stage);
  return undefined;
}

/** The longest refusal to keep, in bytes. */
const LONGEST_TAIL = 8192;

/**
 * Keeps the last bytes that the server sent in plain text, for a multiline refusal that is cut off when the server closes the
 * connection. nodemailer reports only the last line of it, or nothing. With TLS, only nodemailer sees these bytes, so such a
 * connection counts as lost.
 */
export class CutOffReply {
  private tail = Buffer.alloc(0);

  read(chunk: Buffer): void {
    this.tail = Buffer.concat([this.tail, chunk]).subarray(-LONGEST_TAIL);
  }

  /** The incomplete refusal, if any. */
  get refusal(): string | undefined {
    const lines = /(?:^|\n)((?:\d+-[^\n]*\n)*[^\n]*)$/.exec(this.tail.toString())?.[1] ?? '';
    const reply = lines.replaceAll('\r\n', '\n').trim();
    return isRefusal(reply) ? reply : undefined;
  }
}
