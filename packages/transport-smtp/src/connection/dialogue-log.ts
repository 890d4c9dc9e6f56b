import { type Logger, maskAddress, redact, remoteLines } from '@postern/core';

/** Candidates for addresses. A single pattern for addresses would be too slow on long lines. */
const WORD = /[^\s<>"'(),:;]+/g;

/** A line of the dialogue for the log, without credentials and secrets, and with masked addresses. */
const toLogLine = (line: string, secrets: Iterable<string>, recipients: Iterable<string>): string =>
  redact(line.replace(/^(AUTH \S+) .*/i, '$1 [hidden]'), secrets, recipients).replace(WORD, (word) =>
    word.includes('@') ? maskAddress(word) : word,
  );

/** Receives every line of the dialogue from both sides, but never the content of a message. */
export type DialogueLog = (from: 'client' | 'server', line: string) => void;

/** Writes the dialogue to a log, without secrets. */
export const createDialogueLog =
  (logger: Logger, secrets: () => Iterable<string>, recipients: () => Iterable<string>): DialogueLog =>
  (from, line) =>
    logger.debug({
      event: 'smtp.dialogue',
      from,
      line: remoteLines(toLogLine(line, secrets(), recipients())),
    });
