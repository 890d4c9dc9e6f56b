/**
 * Text that a mail server, a token endpoint or somebody's transport wrote. It can hold anything: NUL characters and lone
 * surrogates, which PostgreSQL refuses to store; line breaks, which forge log lines; escape sequences for terminals; a
 * megabyte of noise. Clean it once, where it enters, so that nothing behind has to.
 */

/** The longest text that is kept, in UTF-16 code units. Nothing useful in a log or a database row is longer. */
const LONGEST_TEXT = 4000;

/** The longest list of problems, and the longest stack trace. */
const LONGEST_LIST = 32_000;

/** A cut backs up to the last space within this distance, so that no secret is kept in half. */
const LONGEST_WORD = 200;

/** How far a chain of causes is followed. */
const MOST_CAUSES = 8;

// Control characters but line feeds; separators of lines and paragraphs; embeddings and overrides of the direction of text.
const NOT_TEXT = /[[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]--[\n]]/gv;
// Begins where blanks begin: from each of them, a search would take quadratic time.
const LINE_BREAKS = /(?<![\t ])[\t ]*(?:[\n\v\f\r\u0085\u2028\u2029][\t ]*)+/g;
/** Nearly all that servers write. */
const PLAIN = /^[ -~\n]*$/;
/** A list in a message of ours: each line of it is indented. */
const INDENTED = /\r?\n(?= {2}\S)/;

/**
 * Text of a remote server on one line: well-formed Unicode, line breaks as spaces, other control characters as U+FFFD,
 * and not longer than `longest`.
 */
export const remoteLine = (text: string, longest: number = LONGEST_TEXT): string =>
  replaceControls(cut(text, longest).replace(LINE_BREAKS, ' '));

/** The same for a reply of several lines, which stay apart. */
export const remoteLines = (text: string, longest: number = LONGEST_TEXT): string =>
  replaceControls(cut(text, longest).replace(/\r\n?/g, '\n'));

/** The same for the message of an error: the indented lists of our own messages stay lists. */
export const remoteMessage = (text: string): string =>
  cut(text, LONGEST_LIST)
    .split(INDENTED)
    .map((line, index) => remoteLine(index === 0 ? line : line.trimStart()))
    .join('\n  ');

/**
 * An error that caused another: itself if its text is clean, else a copy of the same class with clean text. Whatever
 * prints an error also prints its causes.
 */
export function cleanCause(cause: unknown, depth: number = MOST_CAUSES): unknown {
  if (typeof cause === 'string') return remoteLines(cause);
  if (!(cause instanceof Error)) return cause;
  // Chains can be circles.
  if (depth === 0) return new Error('The causes of this error are not shown.');
  const own = Object.getOwnPropertyNames(cause).map((name) => [name, Reflect.get(cause, name)] as const);
  const clean = own.map(([name, value]) => [name, cleanField(cause, name, value, depth - 1)] as const);
  if (clean.every(([, value], index) => value === own[index]?.[1])) return cause;
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(cause));
  for (const [name, value] of [['name', remoteLine(String(cause.name))] as const, ...clean]) {
    const enumerable = Object.getOwnPropertyDescriptor(cause, name)?.enumerable ?? false;
    Object.defineProperty(copy, name, { value, enumerable, configurable: true, writable: true });
  }
  return copy;
}

function cleanField(error: Error, name: string, value: unknown, depth: number): unknown {
  if (name === 'cause') return cleanCause(value, depth);
  if (name === 'errors' && Array.isArray(value)) {
    const errors = value.map((each) => cleanCause(each, depth));
    return errors.every((each, index) => each === value[index]) ? value : errors;
  }
  if (typeof value !== 'string') return value;
  if (name === 'message') return remoteMessage(value);
  if (name !== 'stack') return remoteLines(value);
  // A stack begins with the message.
  const { message } = error;
  return remoteLines(message ? value.replace(message, () => remoteMessage(message)) : value, LONGEST_LIST);
}

const replaceControls = (text: string): string =>
  PLAIN.test(text) ? text : text.toWellFormed().replaceAll('\t', ' ').replace(NOT_TEXT, '\ufffd');

function cut(input: string, longest: number): string {
  // Without TypeScript, anything gets here.
  const text = String(input);
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest - 1);
  const end = kept.lastIndexOf(' ');
  if (end > kept.length - LONGEST_WORD) return `${kept.slice(0, end)}…`;
  // Not half of a surrogate pair.
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}
