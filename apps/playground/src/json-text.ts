/** Where a JSON text stops being one, both counted from 1, and what should stand there. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/**
 * `JSON.parse` that knows the place of a mistake. Its own messages often don't, and quote the text around it,
 * where a password may stand.
 */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; problem: JsonProblem } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const { at, expected } = findMistake(text);
    const lines = text.slice(0, at).split(/\r\n|\n|\r/);
    return {
      ok: false,
      problem: { line: lines.length, column: (lines.at(-1) ?? '').length + 1, expected },
    };
  }
}

class Mistake extends Error {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

function findMistake(text: string): { at: number; expected: string } {
  try {
    scan(text);
  } catch (error) {
    if (error instanceof Mistake) return error;
  }
  // Only nesting deeper than the stack ends here.
  return { at: 0, expected: 'something less deeply nested' };
}

// The grammar of RFC 8259.
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function scan(text: string): void {
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const length = pattern.exec(text)?.[0].length;
    at += length ?? 0;
    return length !== undefined;
  };
  const takeSign = (sign: string) => {
    take(SPACE);
    const isThere = text[at] === sign;
    if (isThere) at += 1;
    return isThere;
  };
  const stop = (expected: string): never => {
    throw new Mistake(
      at,
      text[at] === '"' && expected !== SEPARATOR
        ? 'a text on one line, closed with ", and \\ only where JSON knows it'
        : expected,
    );
  };
  const list = (end: string, item: (isFirst: boolean) => void) => {
    if (takeSign(end)) return;
    for (let isFirst = true; ; isFirst = false) {
      item(isFirst);
      if (takeSign(end)) return;
      if (!takeSign(',')) stop(SEPARATOR);
    }
  };
  const value = (expected = 'a value') => {
    take(SPACE);
    if (takeSign('{')) {
      list('}', (isFirst) => {
        take(SPACE);
        if (!take(STRING)) stop(isFirst ? 'a name in double quotes, or }' : 'a name in double quotes');
        if (!takeSign(':')) stop('a colon');
        value();
      });
    } else if (takeSign('[')) list(']', (isFirst) => value(isFirst ? 'a value, or ]' : undefined));
    else if (!take(STRING) && !take(SCALAR)) stop(expected);
  };
  value();
  take(SPACE);
  if (at < text.length) stop('the end of the file');
}

const SEPARATOR = 'a comma, or the closing bracket';
