/**
 * Handlebars reads more into a text than Logto does: a backslash before `{{` is an escape to it, a third
 * brace another kind of tag, `{{007}}` a number, `{{a.true}}` nonsense. Line separators make it lose count of columns,
 * NUL stops it. Here all of that is text, so while it reads, such characters are swapped for private-use ones
 * that do not occur in the text. One stands for one: every position stays true.
 */
const DISGUISED = '0123456789tfnue\\{}\0\u2028\u2029';

/** What Logto takes for a variable, with every brace that touches it. */
const VARIABLE = /(?<!\{)(?<open>\{{2,})(?<tag>\s*(?<name>[\w.]+)\s*)(?<close>\}{2,})/g;

/** Words that are names wherever Logto reads them, unless they stand alone. */
const RESERVED =
  /^(?:true|false|null|undefined|else)(?=\.)|(?<=\.)(?:true|false|null|undefined|this)(?=\.|$)/g;

export interface DisguisedText {
  text: string;
  /** Gives back the characters in whatever part of the text. */
  reveal(part: string): string;
}

export function disguiseFromLexer(text: string): DisguisedText {
  const first = findUnusedRun(text);
  const swap = (part: string) =>
    part.replace(/./gs, (char) => String.fromCharCode(first + DISGUISED.indexOf(char)));

  const disguiseVariable = (...match: unknown[]) => {
    const { open, tag, name, close } = match.at(-1) as Record<'open' | 'tag' | 'name' | 'close', string>;
    // `{{{x}}}` is Handlebars' own; any other third brace is text that happens to touch a variable.
    const isTriple = open.length === 3 && close.length >= 3;
    const hasNumber = /(?:^|\.)\d/.test(name);
    const path = name.replace(RESERVED, (word) => swap(word.charAt(0)) + word.slice(1));
    const inside = tag
      .replace(name, hasNumber ? path.replace(/\d/g, swap) : path)
      .replace(/[\u2028\u2029]/g, ' ');
    return isTriple
      ? `${open}${inside}${close}`
      : `${swap(open.slice(2))}{{${inside}}}${swap(close.slice(2))}`;
  };

  const last = first + DISGUISED.length - 1;
  return {
    text: text.replace(VARIABLE, disguiseVariable).replace(/[\0\u2028\u2029]|\\(?=\{\{)/g, swap),
    reveal: (part) =>
      part.replace(/[\ue000-\uf8ff]/g, (char) => {
        const code = char.charCodeAt(0);
        return code < first || code > last ? char : DISGUISED.charAt(code - first);
      }),
  };
}

/** Icon fonts use the private-use area, so a fixed part of it may be taken. */
function findUnusedRun(text: string): number {
  const used = new Set((text.match(/[\ue000-\uf8ff]/g) ?? []).map((char) => char.charCodeAt(0)));
  let first = 0xe000;
  for (let code = first; code < first + DISGUISED.length && code <= 0xf8ff; code += 1) {
    if (used.has(code)) first = code + 1;
  }
  return first;
}
