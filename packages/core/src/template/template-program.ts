import Handlebars from 'handlebars';
import type { PayloadValue } from '../payload.js';
import { BLOCK_HELPERS, INLINE_HELPERS, partsOf, type TemplateSource } from './template-source.js';

/**
 * What a variable becomes that the payload lacks: `error` refuses to render, `empty` shows nothing,
 * `keep` leaves the placeholder as written (a missing part inside an object that is there shows nothing).
 */
export type MissingVariable = 'error' | 'empty' | 'keep';

/** One text of a template, compiled. */
export interface TemplateProgram {
  /** Adds to `problems` what the payload lacks, in words. */
  render(payload: Record<string, PayloadValue>, problems: Set<string>): string;
  /** What stands before, between and after the variables and blocks, in order. The same in everything it renders. */
  readonly fixedParts: readonly string[];
}

/** The name of the helper that every plain `{{variable}}` is compiled into. Templates can't call it. */
const SHOW = 'show';

/** An environment of our own: nothing registered on the global Handlebars is visible to templates. */
const environment = Handlebars.create();
for (const name of Object.keys(environment.helpers)) {
  const isNeeded =
    ([...BLOCK_HELPERS, ...INLINE_HELPERS] as string[]).includes(name) || name.endsWith('Missing');
  if (!isNeeded) environment.unregisterHelper(name);
}
environment.registerHelper('eq', (left: unknown, right: unknown) => left === right);

const knownHelpers = Object.fromEntries(
  [...BLOCK_HELPERS, ...INLINE_HELPERS, SHOW].map((name) => [name, true]),
);

const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression';

const pathTo = (parts: string[], loc: hbs.AST.SourceLocation): hbs.AST.PathExpression => ({
  type: 'PathExpression',
  data: false,
  depth: 0,
  parts,
  original: parts.join('.'),
  loc,
});

/**
 * Rewrites every `{{a.b}}` to `(show a.b a "{{a.b}}" "a.b" "a")`, so that a missing value is noticed, and
 * nothing is put out but text that was escaped.
 */
class ShowVariables extends Handlebars.Visitor {
  private readonly lines: string[];

  constructor(text: string) {
    super();
    this.lines = text.split(/(?<=\n|\r(?!\n))/);
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    const { loc } = node;
    const text = (value: string): hbs.AST.StringLiteral => ({
      type: 'StringLiteral',
      value,
      original: value,
      loc,
    });
    const written = this.written(loc);
    const [target, owner] = this.targetOf(node);
    const isVariable = isPath(target) && !target.data;
    const path = isVariable ? target.parts.join('.') || 'this' : written;
    // `../x` reaches for an outer object, which is there by construction.
    const root = isVariable && target.depth === 0 ? (target.parts[0] ?? '') : '';
    node.params = [target, owner, text(written), text(path), text(root)];
    node.path = pathTo([SHOW], loc);
    // `{{{x}}}` too: a value must not become markup.
    node.escaped = true;
  }

  /** The value to show, and what it is a part of. */
  private targetOf(node: hbs.AST.MustacheStatement): [target: hbs.AST.Node, owner: hbs.AST.Node] {
    const { path, params, loc } = node;
    const whole: hbs.AST.BooleanLiteral = { type: 'BooleanLiteral', value: true, original: true, loc };
    // Its type asks for a hash, which the parser leaves out as well when there is none.
    if (params.length > 0)
      return [{ type: 'SubExpression', path, params, loc } as hbs.AST.SubExpression, whole];
    const target = isPath(path) ? path : pathTo(partsOf(path), loc);
    if (target.data || target.parts.length === 0) return [target, whole];
    const outer = target.parts.slice(0, -1);
    const owner: hbs.AST.PathExpression = { ...target, parts: outer, original: outer.join('.') };
    return [target, owner];
  }

  private written({ start, end }: hbs.AST.SourceLocation): string {
    const lines = this.lines.slice(start.line - 1, end.line);
    const last = lines.length - 1;
    return lines
      .map((line, index) =>
        line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined),
      )
      .join('');
  }
}

const isRecord = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What `String()` makes of it, except that nothing in the value is called: `toString` may be a name in it. */
export const toText = (value: PayloadValue): string => {
  if (!isRecord(value)) return String(value);
  return Array.isArray(value) ? value.map((item) => toText(item ?? '')).join(',') : '[object Object]';
};

/** A variable that is really called `this`, which Handlebars takes for no name. */
const isNamedThis = (context: unknown, written: string): context is { this: PayloadValue } =>
  isRecord(context) && Object.hasOwn(context, 'this') && /^\{+\s*this\s*\}+$/.test(written);

function showHelper(missingVariable: MissingVariable, problems: Set<string>) {
  return function show(
    this: unknown,
    found: PayloadValue,
    owner: PayloadValue,
    written: string,
    path: string,
    root: string,
  ): string | Handlebars.SafeString {
    const isKeeping = missingVariable === 'keep';
    // Handlebars takes the length and the characters of a text for parts of it.
    const part = typeof owner === 'string' ? undefined : found;
    const value = isNamedThis(this, written) ? this.this : part;
    if (value === undefined || value === null) {
      if (missingVariable === 'error') problems.add(`${path} is missing`);
      const isUnknown = root !== '' && !(isRecord(this) && Object.hasOwn(this, root));
      return isKeeping && isUnknown ? new Handlebars.SafeString(written) : '';
    }
    if (isRecord(value)) {
      if (isKeeping && path === 'this' && value === this) return new Handlebars.SafeString(written);
      if (missingVariable === 'error')
        problems.add(`${path} is ${Array.isArray(value) ? 'a list' : 'an object'}, not text`);
    }
    return toText(value);
  };
}

function fixedPartsOf({ body }: hbs.AST.Program): readonly string[] {
  const parts = [''];
  for (const node of body) {
    if (node.type === 'ContentStatement')
      parts.push(`${parts.pop()}${(node as hbs.AST.ContentStatement).value}`);
    else if (node.type !== 'CommentStatement') parts.push('');
  }
  return Object.freeze(parts);
}

/** Compiles a text that was read. `escape` is for html; everything else shows values as they are. */
export function compileTemplate(
  source: TemplateSource,
  options: { escape: boolean; missingVariable: MissingVariable },
): TemplateProgram {
  new ShowVariables(source.text).accept(source.program);
  const render = environment.compile(source.program, {
    knownHelpers,
    knownHelpersOnly: true,
    noEscape: !options.escape,
  });
  return {
    render: (payload, problems) =>
      render(payload, {
        helpers: { [SHOW]: showHelper(options.missingVariable, problems) },
        // Said explicitly, or Handlebars prints a warning for each name it refuses.
        allowProtoPropertiesByDefault: false,
        allowProtoMethodsByDefault: false,
      }),
    fixedParts: fixedPartsOf(source.program),
  };
}
