import type { Policy } from './policy.js';
import type { Random } from './random.js';

/** Draws a code. All codes are equally likely. */
export const drawCode = ({ codeLength, codeAlphabet }: Policy, random: Random): string => {
  const letters = [...codeAlphabet];
  return Array.from({ length: codeLength }, () => letters[random.int(letters.length)]).join('');
};

const DIGIT = /^\p{Nd}$/u;

/**
 * Converts a decimal digit of any script to ASCII. In Unicode, the ten digits of a script are consecutive, from zero. The
 * digits of another script may follow directly.
 */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before % 10);
}

/**
 * Normalizes a typed or pasted code. Digits of every script become ASCII digits. If the alphabet has only one letter case,
 * letters are converted to it. All other characters are removed, such as spaces, hyphens, quotation marks, and invisible
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
