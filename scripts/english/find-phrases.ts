import { PHRASES } from './phrases.ts';

export interface PhraseMatch {
  /** 1-based. */
  line: number;
  found: string;
  instead: string;
}

/** White space, or a line break within a comment, a quotation, or a list. */
const SPACE = String.raw`(?:[ \t]+|[ \t]*\r?\n[ \t]*(?:(?:\*|\/\/|#|>)[ \t]*)?)`;

const PATTERNS = PHRASES.map(([phrase, instead]) => ({
  // A word boundary at each end, unless the phrase ends with something else, such as a lookahead.
  pattern: new RegExp(
    String.raw`(?<![\p{L}\p{N}_-])(?:${phrase.replaceAll(' ', SPACE)})(?![\p{L}\p{N}_])`,
    'giu',
  ),
  instead,
}));

/** Finds the phrases of the list in a text. */
export const findPhrases = (text: string): PhraseMatch[] =>
  PATTERNS.flatMap(({ pattern, instead }) =>
    Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({
      line: text.slice(0, index).split('\n').length,
      found: found.replace(new RegExp(SPACE, 'g'), ' '),
      instead,
    })),
  ).sort((a, b) => a.line - b.line);
