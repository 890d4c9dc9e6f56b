import type { Policy } from './policy.js';
import type { Random } from './random.js';

/** A new code, every one as likely as the other. */
export const drawCode = ({ codeLength, codeAlphabet }: Policy, random: Random): string => {
  const letters = [...codeAlphabet];
  return Array.from({ length: codeLength }, () => letters[random.int(letters.length)]).join('');
};

/** What a person typed or pasted, as it was drawn: `482 913` and full-width digits are fine, and so are small letters. */
export function readCode(typed: string, { codeAlphabet }: Policy): string {
  const code = typed.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '');
  return codeAlphabet === codeAlphabet.toUpperCase() ? code.toUpperCase() : code;
}
