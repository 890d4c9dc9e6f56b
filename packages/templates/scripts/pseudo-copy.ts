import type { Copy } from '../src/index.js';

const ACCENTED: Record<string, string> = {
  ...{ a: 'á', c: 'ç', e: 'ë', g: 'ğ', i: 'ï', n: 'ñ', o: 'ö', s: 'ş', u: 'ü', y: 'ý', z: 'ž' },
  ...{ A: 'Å', C: 'Ç', E: 'É', I: 'Î', N: 'Ñ', O: 'Ø', S: 'Š', U: 'Û', Y: 'Ý' },
};

/** The same sentence half as long again, in letters that only a font with all of Latin has. */
const stretch = (sentence: string): string => {
  const accented = sentence.replace(/\{\w+\}|\p{L}/gu, (found) => ACCENTED[found] ?? found);
  return `${accented} ${'wörd-wîth-lëngth '.repeat(Math.ceil(sentence.length / 34))}`.trim();
};

/** Copy in a language that nobody speaks, longer than any translation: what it does not break, no language does. */
export const pseudoCopy = (copy: Copy): Copy =>
  Object.fromEntries(
    Object.entries(copy).map(([key, value]) => [
      key,
      typeof value === 'string'
        ? stretch(value)
        : Object.fromEntries(Object.entries(value).map(([name, sentence]) => [name, stretch(sentence)])),
    ]),
  ) as Copy; // the same keys
