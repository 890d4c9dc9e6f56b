/// <reference path="./handlebars-parser.d.ts" />
/**
 * Parses Logto's placeholders with the Handlebars parser.
 *
 * In Logto, `{{ a.b.0 }}` is a variable, and everything else is text. In Handlebars, a backslash before `{{` escapes it, a
 * third brace creates another kind of tag, `{{007}}` is a number, and `{{a.true}}` is an error. U+2028 causes wrong column
 * numbers, and NUL ends the text. For this reason:
 *
 * 1. While Handlebars parses, private-use characters that the template does not contain replace those characters. Each
 *    replaces exactly one, so every position remains correct. `reveal` restores them in the parts of the tree.
 * 2. A scan finds blocks that are nested too deeply (the parser is recursive and takes cubic time) and the block that is
 *    never closed (the parser reports only that the text ended).
 * 3. Parser errors become a message with a line and a column.
 */
import { parse, parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js';

/** A problem in a template, and its position. */
export interface TemplateProblem {
  message: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
}

/** Far larger than any auth email. */
const MAX_TEMPLATE_LENGTH = 256 * 1024;
const MAX_NESTING = 100;

export const TOO_DEEP = `blocks are nested deeper than ${MAX_NESTING} levels`;

/** Thrown while a template is parsed. */
export class TemplateSyntaxError extends Error {
  constructor(readonly problem: TemplateProblem) {
    super(problem.message);
  }
}

/** A template parsed by Handlebars. */
export interface ParsedPlaceholders {
  readonly program: hbs.AST.Program;
  /** Restores the characters that were replaced. */
  reveal(part: string): string;
  /** Returns the text of the template at a location. */
  excerpt(place: hbs.AST.SourceLocation): string;
}

/** @throws {TemplateSyntaxError} */
export function parsePlaceholders(text: string): ParsedPlaceholders {
  if (text.length > MAX_TEMPLATE_LENGTH)
    throw new TemplateSyntaxError({
      message: `it is longer than ${MAX_TEMPLATE_LENGTH} characters`,
      line: 1,
      column: 1,
    });
  const { tooDeep, unclosed } = scanBlocks(text);
  if (tooDeep) {
    const { line, column } = tooDeep;
    throw new TemplateSyntaxError({ message: TOO_DEEP, line, column });
  }
  const { replaced, reveal } = replaceSpecial(text);
  try {
    return { program: parse(replaced), reveal, excerpt: excerptOf(text) };
  } catch (error) {
    throw new TemplateSyntaxError(describeParseError(error, unclosed));
  }
}

const SPECIAL = '0123456789tfnue\\{}\0\u2028\u2029';

/** A variable in Logto's syntax, with all adjacent braces. */
const VARIABLE = /(?<!\{)(?<open>\{{2,})(?<tag>\s*(?<name>[\w.]+)\s*)(?<close>\}{2,})/g;

/** Handlebars keywords that are names in Logto, unless they are the whole path. */
const RESERVED =
  /^(?:true|false|null|undefined|else)(?=\.)|(?<=\.)(?:true|false|null|undefined|this)(?=\.|$)/g;

function replaceSpecial(text: string): { replaced: string; reveal: (part: string) => string } {
  const first = findUnusedRun(text);
  const last = first + SPECIAL.length - 1;
  const replace = (part: string) =>
    part.replace(/./gs, (char) => String.fromCharCode(first + SPECIAL.indexOf(char)));

  const replaceInVariable = (...match: unknown[]) => {
    const { open, tag, name, close } = match.at(-1) as Record<'open' | 'tag' | 'name' | 'close', string>;
    // `{{{x}}}` is Handlebars syntax. Any other third brace is text next to a variable.
    const isTriple = open.length === 3 && close.length >= 3;
    const hasNumber = /(?:^|\.)\d/.test(name);
    const path = name.replace(RESERVED, (word) => replace(word.charAt(0)) + word.slice(1));
    const inside = tag
      .replace(name, hasNumber ? path.replace(/\d/g, replace) : path)
      .replace(/[\u2028\u2029]/g, ' ');
    return isTriple
      ? `${open}${inside}${close}`
      : `${replace(open.slice(2))}{{${inside}}}${replace(close.slice(2))}`;
  };

  return {
    replaced: text.replace(VARIABLE, replaceInVariable).replace(/[\0\u2028\u2029]|\\(?=\{\{)/g, replace),
    reveal: (part) =>
      part.replace(/[\ue000-\uf8ff]/g, (char) => {
        const code = char.charCodeAt(0);
        return code < first || code > last ? char : SPECIAL.charAt(code - first);
      }),
  };
}

/** Icon fonts use the private-use area, so a template can contain some of these characters. */
function findUnusedRun(text: string): number {
  const used = new Set((text.match(/[\ue000-\uf8ff]/g) ?? []).map((char) => char.charCodeAt(0)));
  let first = 0xe000;
  for (let code = first; code < first + SPECIAL.length && code <= 0xf8ff; code += 1) {
    if (used.has(code)) first = code + 1;
  }
  return first;
}

function excerptOf(text: string): ParsedPlaceholders['excerpt'] {
  const lineStarts = [
    0,
    ...Array.from(text.matchAll(/\r\n?|\n/g), ({ 0: end, index }) => index + end.length),
  ];
  const offset = ({ line, column }: hbs.AST.Position) => (lineStarts[line - 1] ?? 0) + column;
  return ({ start, end }) => text.slice(offset(start), offset(end));
}

interface Tag {
  text: string;
  line: number;
  column: number;
}

/** Finds the innermost block that is never closed, and the first block that is nested too deeply. */
function scanBlocks(text: string): { unclosed?: Tag; tooDeep?: Tag } {
  const open: { tag: RegExpExecArray; depth: number }[] = [];
  const locate = ({ 0: tag, index }: RegExpExecArray): Tag => {
    const before = text.slice(0, index).split(/\r\n?|\n/);
    return { text: tag, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  for (const tag of text.matchAll(/\{\{[^{}]*\}\}/g)) {
    const block = open.at(-1);
    if (/^\{\{~?[#^]/.test(tag[0])) open.push({ tag, depth: (block?.depth ?? 0) + 1 });
    // `{{else if}}` is a nested block.
    else if (block && /^\{\{~?else\s+\w/.test(tag[0])) block.depth += 1;
    else if (/^\{\{~?\//.test(tag[0])) open.pop();
    const calls = tag[0].split('(').length - 1;
    if ((open.at(-1)?.depth ?? 0) + calls > MAX_NESTING) return { tooDeep: locate(tag) };
  }
  const unclosed = open.at(-1);
  return unclosed ? { unclosed: locate(unclosed.tag) } : {};
}

function describeParseError(error: unknown, unclosed: Tag | undefined): TemplateProblem {
  const { message, lineNumber, column } = error as { message: string; lineNumber?: number; column?: number };
  // Semantic errors, such as a closing tag that does not match, include their position.
  if (lineNumber !== undefined && column !== undefined) {
    return { message: message.replace(/ - \d+:\d+$/, ''), line: lineNumber, column: column + 1 };
  }
  // Syntax errors name the actual and the expected tokens.
  const got = /got '(\w+)'/.exec(message)?.[1];
  if (got === 'EOF' && message.includes("'OPEN_ENDBLOCK'") && unclosed) {
    const { text, line, column } = unclosed;
    return { message: `${text} is never closed: add {{/${/\w+/.exec(text)?.[0]}}}`, line, column };
  }
  const what =
    got === 'OPEN_ENDBLOCK'
      ? 'this tag closes a block that was not opened'
      : got === 'INVERSE' || got === 'OPEN_INVERSE_CHAIN'
        ? 'this {{else}} is not inside a block'
        : 'a {{…}} is incomplete or not closed with }}';
  // The lexer has the position. The message contains only an excerpt.
  const { first_line, first_column } = parser.lexer.yylloc;
  return { message: what, line: first_line, column: first_column + 1 };
}
