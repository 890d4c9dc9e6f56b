/** A parsed refusal (RFC 5321 section 4.2). */
export interface SmtpReply {
  code: number;
  /** The enhanced status code (RFC 3463) from the first line that has one. */
  status: string | undefined;
  /** A retry may succeed. False for a permanent status with a 4yz code, such as Exchange's `451 5.7.3`. */
  isForNow: boolean;
  /** The whole text and each line, without the codes and the repeated parts of the command. */
  texts: readonly string[];
}

/** Whether a reply is a refusal (RFC 5321 section 4.2.1). */
export const isRefusal = (reply: string): boolean => /^[45]\d\d\b/.test(reply);

/** Cisco writes `#` before a status, and qmail puts it in parentheses at the end. */
const LINE =
  /^(?<code>\d{3})?[ -]?\s*(?:#?(?<status>[245]\.\d{1,3}\.\d{1,3})\b)?\s*(?<text>.*?)(?:\(#(?<last>[245]\.\d{1,3}\.\d{1,3})\))?\s*$/s;

/**
 * The text before the actual message: the refused address, host name, or IP address, and `Error:`. It is removed so that an
 * address cannot influence the meaning of a reply.
 */
const PREAMBLE =
  /^(?:(?:<(?:"[^"]*"|[^<>"])*>|\[[^\]]*\]|"[^"]*"@\S+|\S+@\S+)(?:\.\.\.|[:;,])?(?:\s+|$)|(?:[\w.-]+ )?error: |smtp; )/i;

function withoutPreamble(text: string): string {
  const rest = text.replace(PREAMBLE, '');
  return rest === text ? text : withoutPreamble(rest);
}

export function readReply(reply: string): SmtpReply {
  // The relevant text is at the beginning.
  const lines = reply.split(/\r?\n/, 50).map((line) => LINE.exec(line.trim().slice(0, 500))?.groups ?? {});
  const code = Number(lines.find((line) => /^[45]/.test(line.code ?? ''))?.code ?? 0);
  const status = lines.map((line) => line.status ?? line.last).find((each) => each !== undefined);
  const texts = lines.map(({ text = '' }) => text.replaceAll('’', "'"));
  return {
    code,
    status,
    isForNow: code < 500 && !status?.startsWith('5'),
    texts: [texts.join(' ').slice(0, 500), ...texts].map(withoutPreamble),
  };
}
