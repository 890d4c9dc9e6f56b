import Handlebars from 'handlebars/dist/handlebars.js';
import { normalizeLocale } from '../locale.js';
import type { PayloadValue } from '../payload.js';
import { unlinkName } from '../plain-line.js';
import { formatDuration } from '../validity.js';
import { formatOf, type ProgramOptions, type TemplateProgram } from './template-program.js';
import { BLOCK_HELPERS, INLINE_HELPERS, partsOf, type TemplateSource } from './template-source.js';
import { createVariableProgram, type Variable } from './variable-program.js';
import { isRecord, showValue } from './variable-value.js';

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
environment.registerHelper('duration', (seconds: unknown, locale: unknown) => {
  const tag = typeof locale === 'string' ? normalizeLocale(locale) : undefined;
  return typeof seconds === 'number' && seconds >= 0 ? formatDuration(seconds, tag ?? 'en') : undefined;
});
environment.registerHelper('unlink', (value: unknown) =>
  typeof value === 'string' ? unlinkName(value) : value,
);

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

/** What stands at a place of a text. */
type Excerpt = (place: hbs.AST.SourceLocation) => string;

function excerptOf(text: string): Excerpt {
  const all = text.split(/(?<=\n|\r(?!\n))/);
  return ({ start, end }) => {
    const lines = all.slice(start.line - 1, end.line);
    const last = lines.length - 1;
    return lines
      .map((line, index) =>
        line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined),
      )
      .join('');
  };
}

/**
 * Rewrites every `{{a.b}}` to `(show a.b a "{{a.b}}" "a.b" "a")`, so that a missing value is noticed, and
 * nothing is put out but text that was escaped.
 */
class ShowVariables extends Handlebars.Visitor {
  constructor(private readonly writtenAt: Excerpt) {
    super();
  }

  override MustacheStatement(node: hbs.AST.MustacheStatement): void {
    const { loc } = node;
    const text = (value: string): hbs.AST.StringLiteral => ({
      type: 'StringLiteral',
      value,
      original: value,
      loc,
    });
    const written = this.writtenAt(loc);
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
}

/** A variable that is really called `this`, which Handlebars takes for no name. */
const isNamedThis = (context: unknown, written: string): context is { this: PayloadValue } =>
  isRecord(context) && Object.hasOwn(context, 'this') && /^\{+\s*this\s*\}+$/.test(written);

function showHelper(options: ProgramOptions, problems: Set<string>) {
  const { missingVariable } = options;
  const format = formatOf(options);
  return function show(
    this: unknown,
    found: PayloadValue,
    owner: PayloadValue,
    written: string,
    path: string,
    root: string,
  ): string {
    // Handlebars takes the length and the characters of a text for parts of it.
    const part = typeof owner === 'string' ? undefined : found;
    const value = isNamedThis(this, written) ? this.this : part;
    const isEverything = isRecord(value) && path === 'this' && value === this;
    const isUnknown = root !== '' && !(isRecord(this) && Object.hasOwn(this, root));
    const shown =
      missingVariable === 'keep' && isEverything
        ? undefined
        : showValue(value, path, isUnknown, missingVariable, problems);
    return shown === undefined ? written : format(shown, path);
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

/** The variables of a text, in order; `undefined` where there is more in it than fixed parts and plain variables. */
function plainVariablesOf({ body }: hbs.AST.Program, writtenAt: Excerpt): Variable[] | undefined {
  const variables: Variable[] = [];
  for (const node of body) {
    if (node.type === 'ContentStatement' || node.type === 'CommentStatement') continue;
    if (node.type !== 'MustacheStatement') return undefined;
    const { path, params, loc } = node as hbs.AST.MustacheStatement;
    const parts = partsOf(path);
    const isPlain =
      params.length === 0 && parts.length > 0 && !(isPath(path) && (path.data || path.depth > 0));
    if (!isPlain) return undefined;
    variables.push({ written: writtenAt(loc), parts });
  }
  return variables;
}

/** Compiles a text that was read. */
export function compileTemplate({ program, text }: TemplateSource, options: ProgramOptions): TemplateProgram {
  const writtenAt = excerptOf(text);
  const fixedParts = fixedPartsOf(program);
  const variables = plainVariablesOf(program, writtenAt);
  if (variables) return createVariableProgram(fixedParts, variables, options);
  new ShowVariables(writtenAt).accept(program);
  const render = environment.compile(program, {
    knownHelpers,
    knownHelpersOnly: true,
    // Values are escaped as they are shown.
    noEscape: true,
  });
  return {
    render: (payload, problems) => ({
      text: render(payload, {
        helpers: { [SHOW]: showHelper(options, problems) },
        // Said explicitly, or Handlebars prints a warning for each name it refuses.
        allowProtoPropertiesByDefault: false,
        allowProtoMethodsByDefault: false,
      }),
    }),
    fixedParts,
  };
}
