import type { Policy } from './policy.js';
import type { Random } from './random.js';

/** Draws a code. All codes are equally likely. */
export const drawCode = ({ codeLength, codeAlphabet }: Policy, random: Random): string => {
  const letters = [...codeAlphabet];
  return Array.from({ length: codeLength }, () => letters[random.int(letters.length)]).join('');
};

const DIGIT = /^\p{Nd}$/u;

/**
 * The ASCII digit of a decimal digit in any script. Unicode keeps the ten digits of a script in a row, zero first; the
 * digits of another script may follow directly.
 */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before % 10);
}

/**
 * Normalizes a code that a person typed or pasted. Accepts digits of every script, and letters in either case if the alphabet
 * has only one case. Removes everything except letters and digits, such as spaces, hyphens, quotation marks, and invisible
 * characters.
 */
export function readCode(typed: string, { codeAlphabet }: Policy): string {
  const code = typed
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\p{Nd}/gu, asciiDigit);
  if (codeAlphabet === codeAlphabet.toUpperCase()) return code.toUpperCase();
  return codeAlphabet === codeAlphabet.toLowerCase() ? code.toLowerCase() : code;
}
