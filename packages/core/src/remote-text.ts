/**
 * Cleans text from a mail server, a token endpoint, or a custom transport. Such text can contain NUL characters and lone
 * surrogates, which PostgreSQL cannot store, line breaks that forge log lines, terminal escape sequences, or a megabyte of
 * noise. Clean it once, where it enters, so that no other code must.
 */

/** The maximum length of text, in UTF-16 code units. Longer text is not useful in a log or a database row. */
const LONGEST_TEXT = 4000;

/** The maximum length of a list of problems or a stack trace. */
const LONGEST_LIST = 32_000;

/** Truncation moves back to the last space within this distance, so that half a secret is never kept. */
const LONGEST_WORD = 200;

/** The maximum depth of a chain of causes. */
const MOST_CAUSES = 8;

// Control characters except line feeds, line and paragraph separators, and bidi embeddings and overrides.
const NOT_TEXT = /[[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]--[\n]]/gv;
// The lookbehind makes a match start at the first blank. Starting at each blank would take quadratic time.
const LINE_BREAKS = /(?<![\t ])[\t ]*(?:[\n\v\f\r\u0085\u2028\u2029][\t ]*)+/g;
/** Matches nearly all text from servers. */
const PLAIN = /^[ -~\n]*$/;
/** A list in one of our messages, in which every line is indented. */
const INDENTED = /\r?\n(?= {2}\S)/;

/**
 * Converts remote text to one line: well-formed Unicode, line breaks as spaces, other control characters as U+FFFD, and at
 * most `longest` characters.
 */
export const remoteLine = (text: string, longest: number = LONGEST_TEXT): string =>
  replaceControls(cut(text, longest).replace(LINE_BREAKS, ' '));

/** Like {@link remoteLine}, but keeps the line breaks of a multiline reply. */
export const remoteLines = (text: string, longest: number = LONGEST_TEXT): string =>
  replaceControls(cut(text, longest).replace(/\r\n?/g, '\n'));

/** Like {@link remoteLine}, but keeps the indented lists in our own error messages. */
export const remoteMessage = (text: string): string =>
  cut(text, LONGEST_LIST)
    .split(INDENTED)
    .map((line, index) => remoteLine(index === 0 ? line : line.trimStart()))
    .join('\n  ');

/**
 * Cleans the cause of an error, because code that prints an error also prints its causes. Returns the same object if its
 * text is clean, or else a clean copy of the same class.
 */
export function cleanCause(cause: unknown, depth: number = MOST_CAUSES): unknown {
  if (typeof cause === 'string') return remoteLines(cause);
  if (!(cause instanceof Error)) return cause;
  // A chain of causes can be circular.
  if (depth === 0) return new Error('Further causes are not shown.');
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
  // A stack starts with the message.
  const { message } = error;
  return remoteLines(message ? value.replace(message, () => remoteMessage(message)) : value, LONGEST_LIST);
}

const replaceControls = (text: string): string =>
  PLAIN.test(text) ? text : text.toWellFormed().replaceAll('\t', ' ').replace(NOT_TEXT, '\ufffd');

function cut(input: string, longest: number): string {
  // Callers without TypeScript can pass any value.
  const text = String(input);
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest - 1);
  const end = kept.lastIndexOf(' ');
  if (end > kept.length - LONGEST_WORD) return `${kept.slice(0, end)}…`;
  // Do not keep half of a surrogate pair.
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}
