import type { Policy } from './policy.js';
import type { Random } from './random.js';

/** A new code, every one as likely as the other. */
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
 * What a person typed or pasted, as the code was drawn. Digits of every script count, and so do letters in the other case
 * where the alphabet has only one. Everything that is not a letter or a digit goes: spaces, hyphens, quotation marks,
 * invisible characters.
 */
export function readCode(typed: string, { codeAlphabet }: Policy): string {
  const code = typed
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\p{Nd}/gu, asciiDigit);
  if (codeAlphabet === codeAlphabet.toUpperCase()) return code.toUpperCase();
  return codeAlphabet === codeAlphabet.toLowerCase() ? code.toLowerCase() : code;
}
