import type { MailError } from '@postern/core';
import type { SmtpFailure } from '../failure/failure.js';
import type { SmtpMessage } from '../message/smtp-message.js';
import type { Command, SmtpDialogue } from './smtp-dialogue.js';

/** What a transaction has to know of the connection. */
export interface TransactionOptions {
  /** What may follow MAIL FROM, e.g. ` SIZE=2048`. */
  parameters: string;
  /** Whether the whole envelope goes out at once (RFC 2920). */
  pipelining: boolean;
  toMailError: (failure: SmtpFailure) => MailError;
  /** Lets nothing follow over this connection. */
  destroy: () => void;
}

const NAMES = { mail: 'MAIL FROM', rcpt: 'RCPT TO', data: 'DATA', delivery: 'DATA' } as const;

export const mailFrom = (address: string, parameters = ''): Command => ({
  line: `MAIL FROM:<${address}>${parameters}`,
  stage: 'mail',
});
export const rcptTo = (address: string): Command => ({ line: `RCPT TO:<${address}>`, stage: 'rcpt' });
const DATA: Command = { line: 'DATA', stage: 'data' };

/** RFC 5321 section 4.2: three digits, and nothing else that happens to begin with a 2. */
export const isPositive = (reply: string) => /^2\d\d\b/.test(reply);
const isIntermediate = (reply: string) => /^3\d\d\b/.test(reply);
/** 354 it should be; some servers write 250. */
const isGoAhead = (reply: string) => isIntermediate(reply) || isPositive(reply);

/** The server answered, and not with yes. */
export function refusalOf(stage: keyof typeof NAMES, response: string): SmtpFailure {
  const responseCode = Number.parseInt(response, 10) || undefined;
  return Object.assign(new Error(`${NAMES[stage]} was refused: ${response}`), {
    code: stage === 'delivery' ? 'EMESSAGE' : 'EENVELOPE',
    command: NAMES[stage],
    response,
    ...(responseCode && { responseCode }),
    permanent: /^5/.test(response),
  });
}

/**
 * Sends one message: MAIL FROM, RCPT TO, DATA, content (RFC 5321 section 3.3). Resolves with the server's final reply,
 * as it came.
 *
 * @throws {MailError}
 */
export async function sendMessage(
  dialogue: SmtpDialogue,
  { from, to, content }: SmtpMessage,
  { parameters, pipelining, toMailError, destroy }: TransactionOptions,
): Promise<string> {
  let refusal: MailError | undefined;
  const envelope = [mailFrom(from, parameters), rcptTo(to), DATA] as const;

  /** A server may refuse and hang up at once; the refusal says more than the lost connection. */
  const replyTo = async (command: Command): Promise<string> => {
    if (!pipelining) dialogue.say(command);
    try {
      return await dialogue.reply();
    } catch (failure) {
      throw refusal ?? failure;
    }
  };

  if (pipelining) dialogue.say(...envelope);
  const [mail, rcpt] = envelope;
  for (const command of [mail, rcpt]) {
    const reply = await replyTo(command);
    if (isPositive(reply)) continue;
    refusal ??= toMailError(refusalOf(command === mail ? 'mail' : 'rcpt', reply));
    if (!pipelining || dialogue.isClosing) throw refusal;
  }
  const goAhead = await replyTo(DATA);
  if (refusal) {
    if (isGoAhead(goAhead)) await endContentForNobody(dialogue, refusal, goAhead, destroy);
    throw refusal;
  }
  // After a whole envelope, a 250 may as well answer the recipient, with the answer to DATA still to come.
  if (!(pipelining ? isIntermediate : isGoAhead)(goAhead)) throw toMailError(refusalOf('data', goAhead));

  // What has arrived together with the go-ahead is read first: it can't answer the content.
  await new Promise(setImmediate);
  // The server has changed its mind, or is about to hang up. Content that it may take all the same is not sent.
  const { earlyRefusal } = dialogue;
  if (earlyRefusal !== undefined) {
    destroy();
    throw toMailError(refusalOf('data', earlyRefusal));
  }
  dialogue.sendContent(withFinalDot(content));
  const reply = await dialogue.reply();
  // Whether the content is out is known by the end of this turn.
  if (dialogue.isSendingContent) await new Promise(setImmediate);
  if (!isPositive(reply)) throw toMailError(refusalOf('delivery', reply));
  if (dialogue.isSendingContent) throw toMailError(answeredTooEarly(reply));
  return reply;
}

/** The content with its final dot; a line that begins with a dot gets another one (RFC 5321 section 4.5.2). */
function withFinalDot(content: Uint8Array): Buffer {
  const text = Buffer.from(content).toString('latin1');
  return Buffer.from(`${text.replaceAll('\n.', '\n..')}.\r\n`, 'latin1');
}

/** The server takes content for a recipient that it has refused: it gets an empty message (RFC 2920 section 3.1). */
async function endContentForNobody(
  dialogue: SmtpDialogue,
  refusal: MailError,
  goAhead: string,
  destroy: () => void,
): Promise<void> {
  const isForNobody = refusal.stage === 'rcpt' && refusal.code !== 'connection_failed';
  // Where no recipient was refused by a proper reply, an empty message may reach someone; a 250 may be no go-ahead.
  if (!isForNobody || isPositive(goAhead) || dialogue.isOutOfStep) return destroy();
  dialogue.say({ line: '.', stage: 'rcpt' });
  await dialogue.reply().catch(destroy);
}

const answeredTooEarly = (response: string): SmtpFailure =>
  Object.assign(new Error('Reply before the end of the message'), { code: 'EPROTOCOL', response });
