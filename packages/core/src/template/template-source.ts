/// <reference path="./handlebars-build.d.ts" />
import Handlebars from 'handlebars/dist/handlebars.js';
import { disguiseFromLexer } from './lexer-disguise.js';

/** How a template is broken, and where. */
export interface TemplateProblem {
  message: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
}

/** A variable that a template shows or tests, found without rendering it. */
export interface TemplateVariable {
  /** As written: `application.name`. */
  path: string;
  /** The first part: `application`. */
  root: string;
  /** Inside `{{#each}}` and `{{#with}}`, where a name can mean a part of something else. */
  inner: boolean;
  /** `{{{x}}}` and `{{&x}}`, which are escaped here like `{{x}}`. */
  unescaped: boolean;
}

/** A template that was read, but not yet compiled. */
export interface TemplateSource {
  program: hbs.AST.Program;
  text: string;
  variables: TemplateVariable[];
}

/** Far above any auth email. */
const MAX_TEMPLATE_LENGTH = 256 * 1024;

/** Blocks and helpers a template may use; everything else is refused before it can run. */
export const BLOCK_HELPERS = ['if', 'unless', 'each', 'with'] as const;
export const INLINE_HELPERS = ['eq', 'lookup', 'unlink', 'duration'] as const;
const ALLOWED_TEXT = `Allowed are ${[...BLOCK_HELPERS, ...INLINE_HELPERS].join(', ')}`;

const isBlockHelper = (name: string) => (BLOCK_HELPERS as readonly string[]).includes(name);
const isInlineHelper = (name: string): name is (typeof INLINE_HELPERS)[number] =>
  (INLINE_HELPERS as readonly string[]).includes(name);

const ARGUMENTS = {
  eq: ['two values', 'a b'],
  lookup: ['two values', 'a b'],
  unlink: ['one value', 'organization.name'],
  duration: ['two values', 'expiresInSeconds "en"'],
} as const satisfies Record<(typeof INLINE_HELPERS)[number], [count: string, example: string]>;

class TemplateReadError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

/** Walks the whole program, refuses what is not allowed, and notes the variables. */
class Inspector extends Handlebars.Visitor {
  readonly variables: TemplateVariable[] = [];
  /** Inside `each` and `with` a name can mean something of the inner object. */
  private scopes = 0;

  constructor(private readonly reveal: (part: string) => string) {
    super();
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    if (node.params.length === 0 && !node.hash) this.note(node.path, !node.escaped);
    else this.checkCall(node, (name) => `{{${name} …}}`);
  }

  override BlockStatement(node: hbs.AST.BlockStatement): void {
    const name = pathOf(node.path);
    if (!isBlockHelper(name)) {
      const blocks = BLOCK_HELPERS.map((block) => `{{#${block}}}`).join(', ');
      this.refuse(node, `{{#${name}}} is not a known block. Allowed are ${blocks}`);
    }
    if (node.params.length === 0)
      this.refuse(node, `{{#${name}}} needs a variable, such as {{#${name} link}}`);
    if (node.params.length > 1)
      this.refuse(node, `{{#${name}}} takes one variable; two are compared by {{#if (eq a b)}}`);
    this.acceptArguments(node);
    const opensScope = name === 'each' || name === 'with';
    if (opensScope) this.scopes += 1;
    if (node.program) this.accept(node.program);
    if (opensScope) this.scopes -= 1;
    if (node.inverse) this.accept(node.inverse);
  }

  override SubExpression(node: hbs.AST.SubExpression): void {
    this.checkCall(node, (name) => `(${name} …)`);
  }

  override PathExpression(node: hbs.AST.PathExpression): void {
    this.note(node, false);
  }

  override ContentStatement(node: hbs.AST.ContentStatement): void {
    node.value = this.reveal(node.value);
  }

  override StringLiteral(node: hbs.AST.StringLiteral): void {
    node.value = this.reveal(node.value);
  }

  override PartialStatement(node: hbs.AST.PartialStatement): void {
    this.refuse(node, 'Partials ({{> …}}) are not available, write the text in place');
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    this.refuse(node, 'Decorators ({{#* …}}) are not available');
  }

  override Decorator(node: hbs.AST.Decorator): void {
    this.refuse(node, 'Decorators ({{* …}}) are not available');
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    this.refuse(node, 'Partials ({{#> …}}) are not available, write the text in place');
  }

  /** Handlebars itself would notice a wrong call only while an email is rendered. */
  private checkCall(
    node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
    show: (name: string) => string,
  ): void {
    const name = pathOf(node.path);
    if (isBlockHelper(name)) this.refuse(node, `${show(name)} is a block, write {{#${name} …}}…{{/${name}}}`);
    if (!isInlineHelper(name)) this.refuse(node, `${show(name)} calls an unknown helper. ${ALLOWED_TEXT}`);
    const [count, example] = ARGUMENTS[name];
    if (node.params.length !== example.split(' ').length || node.hash)
      this.refuse(node, `${show(name)} takes ${count}, such as (${name} ${example})`);
    this.acceptArguments(node);
  }

  private acceptArguments(
    node: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
  ): void {
    for (const param of node.params) this.accept(param);
    for (const pair of node.hash?.pairs ?? []) this.accept(pair.value);
  }

  private note(node: hbs.AST.Node, unescaped: boolean): void {
    let parts = partsOf(node).map(this.reveal);
    let inner = this.scopes > 0;
    if (isPath(node)) {
      node.parts = parts;
      node.original = this.reveal(node.original);
      if (node.data) {
        // `@index` and the like are no variables; `@root.code` is `code`, wherever it stands.
        if (parts[0] !== 'root') return;
        parts = parts.slice(1);
        inner = false;
      }
    }
    const [root] = parts;
    if (root !== undefined) this.variables.push({ path: parts.join('.'), root, inner, unescaped });
  }

  private refuse(node: hbs.AST.Node, message: string): never {
    throw new TemplateReadError(message, node.loc.start.line, node.loc.start.column + 1);
  }
}

const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression';

/** `{{0}}` is a literal to Handlebars, and a variable of that name to everyone else. */
const isLiteral = (node: hbs.AST.Node): node is hbs.AST.Literal & { original: unknown } =>
  'original' in node && !isPath(node);

export const partsOf = (node: hbs.AST.Node): string[] =>
  isPath(node) ? node.parts : isLiteral(node) ? [String(node.original)] : [];

const pathOf = (node: hbs.AST.Node): string =>
  isPath(node) ? node.original : isLiteral(node) ? String(node.original) : '';

/** Where the parser stopped; it keeps the position in its lexer and puts only an excerpt in the message. */
function parserPosition(): { line: number; column: number } {
  const { lexer } = (
    Handlebars as unknown as { Parser: { lexer: { yylloc: { first_line: number; first_column: number } } } }
  ).Parser;
  return { line: lexer.yylloc.first_line, column: lexer.yylloc.first_column + 1 };
}

function describeParseError(error: unknown, unclosed: Tag | undefined): TemplateProblem {
  if (error instanceof TemplateReadError)
    return { message: error.message, line: error.line, column: error.column };
  const { message, lineNumber, column } = error as { message: string; lineNumber?: number; column?: number };
  // Semantic errors (a closing tag that doesn't match) know their place themselves.
  if (lineNumber !== undefined && column !== undefined) {
    return { message: message.replace(/ - \d+:\d+$/, ''), line: lineNumber, column: column + 1 };
  }
  // The parser says which token it met, and which ones would have been right.
  const got = /got '(\w+)'/.exec(message)?.[1];
  if (got === 'EOF' && message.includes("'OPEN_ENDBLOCK'") && unclosed) {
    const { text, line, column } = unclosed;
    return { message: `${text} is never closed, add {{/${/\w+/.exec(text)?.[0]}}}`, line, column };
  }
  const what =
    got === 'OPEN_ENDBLOCK'
      ? 'a block is closed here that was not opened before'
      : got === 'INVERSE' || got === 'OPEN_INVERSE_CHAIN'
        ? 'an {{else}} stands here that belongs to no block'
        : 'a {{…}} is not complete or not closed with }}';
  return { message: what, ...parserPosition() };
}

/** Far above any auth email. Handlebars works by recursion, and its parser takes cubic time. */
const MAX_NESTING = 100;

interface Tag {
  text: string;
  line: number;
  column: number;
}

/** Looks for the blocks before the parser does: which is the innermost never closed, and which is too deep. */
function scanBlocks(text: string): { unclosed?: Tag; tooDeep?: Tag } {
  const open: { tag: RegExpExecArray; depth: number }[] = [];
  const locate = ({ 0: tag, index }: RegExpExecArray): Tag => {
    const before = text.slice(0, index).split(/\r\n?|\n/);
    return { text: tag, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  for (const tag of text.matchAll(/\{\{[^{}]*\}\}/g)) {
    const block = open.at(-1);
    if (/^\{\{~?[#^]/.test(tag[0])) open.push({ tag, depth: (block?.depth ?? 0) + 1 });
    // `{{else if}}` is a block inside its block.
    else if (block && /^\{\{~?else\s+\w/.test(tag[0])) block.depth += 1;
    else if (/^\{\{~?\//.test(tag[0])) open.pop();
    const calls = tag[0].split('(').length - 1;
    if ((open.at(-1)?.depth ?? 0) + calls > MAX_NESTING) return { tooDeep: locate(tag) };
  }
  const unclosed = open.at(-1);
  return unclosed ? { unclosed: locate(unclosed.tag) } : {};
}

/** Reads a template and finds what is wrong with it; nothing of it is run. */
export function readTemplate(
  text: string,
): { ok: true; source: TemplateSource } | { ok: false; problem: TemplateProblem } {
  if (text.length > MAX_TEMPLATE_LENGTH) {
    const message = `it is longer than ${MAX_TEMPLATE_LENGTH} characters`;
    return { ok: false, problem: { message, line: 1, column: 1 } };
  }
  const { tooDeep, unclosed } = scanBlocks(text);
  if (tooDeep) {
    const { line, column } = tooDeep;
    return {
      ok: false,
      problem: { message: `blocks are nested deeper than ${MAX_NESTING} levels`, line, column },
    };
  }
  try {
    const disguised = disguiseFromLexer(text);
    const program = Handlebars.parse(disguised.text);
    const inspector = new Inspector(disguised.reveal);
    inspector.accept(program);
    return { ok: true, source: { program, text, variables: inspector.variables } };
  } catch (error) {
    return { ok: false, problem: describeParseError(error, unclosed) };
  }
}
