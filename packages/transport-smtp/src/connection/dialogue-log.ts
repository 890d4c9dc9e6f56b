import { type Logger, maskAddress, redact, remoteLines } from '@postern/core';

/** What may be an address. Found first and looked at afterwards: one pattern for both would take forever on long lines. */
const WORD = /[^\s<>"'(),:;]+/g;

/** A line of the dialogue for the log: no credentials, no secrets, addresses masked. */
const toLogLine = (line: string, secrets: Iterable<string>, recipients: Iterable<string>): string =>
  redact(line.replace(/^(AUTH \S+) .*/i, '$1 [hidden]'), secrets, recipients).replace(WORD, (word) =>
    word.includes('@') ? maskAddress(word) : word,
  );

/** Gets every line of the dialogue, of both sides, never the content of a message. */
export type DialogueLog = (from: 'client' | 'server', line: string) => void;

/** Writes the dialogue to a log, without anything that is secret. */
export const createDialogueLog =
  (logger: Logger, secrets: () => Iterable<string>, recipients: () => Iterable<string>): DialogueLog =>
  (from, line) =>
    logger.debug({
      event: 'smtp.dialogue',
      from,
      line: remoteLines(toLogLine(line, secrets(), recipients())),
    });
