import { normalizeLocale } from '../locale.js';
import type { PayloadValue } from '../payload.js';
import { plainLine, unlinkName } from '../plain-line.js';
import { formatDuration } from '../validity.js';
import type {
  BlockNode,
  CallExpression,
  Expression,
  LinkNode,
  PathExpression,
  TemplateNode,
  ValueNode,
} from './template-node.js';
import type { ValueFormat } from './value-format.js';

/**
 * What a variable becomes that the payload lacks: `error` refuses to render, `empty` shows nothing,
 * `keep` leaves the placeholder as written (a missing part inside an object that is there shows nothing).
 */
export type MissingVariable = 'error' | 'empty' | 'keep';

export interface EvaluateOptions {
  readonly missingVariable: MissingVariable;
  /** Writes each value into the text. @default values are shown as they are */
  readonly format?: ValueFormat | undefined;
}

type Values = Readonly<Record<string, PayloadValue>>;

/** What names mean at one place of the template. */
interface Scope {
  readonly context: PayloadValue;
  /** Where `../` leads. */
  readonly outer?: Scope | undefined;
  readonly data: Data;
  /** Block parameters. */
  readonly params: Values;
}

/** `@root`, and what the innermost `{{#each}}` provides: `@index`, `@key`, `@first` and `@last`. */
interface Data {
  readonly values: Values;
  readonly outer?: Data | undefined;
}

/** One evaluation: what was written so far, and how to go on. */
interface Output extends EvaluateOptions {
  text: string;
  /** White space that is written before the next text. */
  gap: string;
  /** What was written since the last gap. */
  tail: string;
  readonly problems: Set<string>;
}

/**
 * Fills in a template.
 *
 * @param problems - gets what the payload lacks, in words
 */
export function evaluateTemplate(
  nodes: readonly TemplateNode[],
  payload: Values,
  problems: Set<string>,
  { missingVariable, format }: EvaluateOptions,
): string {
  const output: Output = { text: '', gap: '', tail: '', missingVariable, format, problems };
  evaluate(nodes, { context: payload, data: { values: { root: payload } }, params: {} }, output);
  return output.text;
}

function evaluate(nodes: readonly TemplateNode[], scope: Scope, output: Output): void {
  for (const node of nodes) {
    if (typeof node === 'string') write(node, output);
    else if (node.kind === 'value') write(show(node, scope, output), output);
    else if (node.kind === 'block') evaluateBlock(node, scope, output);
    else if (node.kind === 'gap') widenGap(node.space, output);
    else writeLink(node, scope, output);
  }
}

function write(text: string, output: Output): void {
  if (text === '') return;
  output.text += output.gap === '' ? text : output.gap + text;
  output.tail = output.gap === '' ? output.tail + text : text;
  output.gap = '';
}

/** More line breaks win, and what begins the line comes from the last gap. Before the first text, nothing else is needed. */
function widenGap(space: string, output: Output): void {
  if (output.gap === '' && output.text !== '') {
    output.gap = space;
    return;
  }
  const before = output.gap.split('\n');
  const after = space.split('\n');
  const lineStart = after.length > 1 ? after.at(-1) : undefined;
  if (output.text === '') output.gap = lineStart ?? '';
  else if (after.length >= before.length) output.gap = space;
  else if (lineStart !== undefined) output.gap = [...before.slice(0, -1), lineStart].join('\n');
}

function writeLink({ href }: LinkNode, scope: Scope, output: Output): void {
  const link: Output = { ...output, text: '', gap: '', tail: '', format: plainLine };
  evaluate(href, scope, link);
  const address = link.text.replace(/^mailto:/, '');
  // An address that was just shown needs no repetition.
  const isShown = /^$|\s$/.test(output.tail.slice(0, -address.length)) && output.tail.endsWith(address);
  if (address === '' || address.startsWith('#') || isShown) return;
  widenGap(' ', output);
  // RFC 3986 appendix C: between these, mail readers see where a link ends.
  write(`<${address}>`, output);
}

function evaluateBlock(node: BlockNode, scope: Scope, output: Output): void {
  const { block, body, otherwise, includeZero } = node;
  const value = compute(node.subject, scope);
  switch (block) {
    case 'if': {
      const isZero = value === 0 && !(includeZero && compute(includeZero, scope));
      evaluate(isZero || isEmpty(value) ? otherwise : body, scope, output);
      return;
    }
    case 'with':
      if (isEmpty(value)) evaluate(otherwise, scope, output);
      else evaluate(body, enter(node, scope, scope.data, value), output);
      return;
    case 'each': {
      const entries = Array.isArray(value)
        ? [...value.entries()]
        : Object.entries(isObject(value) ? value : {});
      if (entries.length === 0) evaluate(otherwise, scope, output);
      for (const [index, [key, item]] of entries.entries()) {
        const last = index === entries.length - 1;
        const values = { ...scope.data.values, key, index, first: index === 0, last };
        evaluate(body, enter(node, scope, { values, outer: scope.data }, item, key), output);
      }
    }
  }
}

/** The scope inside a block. Like Handlebars, `../` only goes up where the context is another one. */
const enter = ({ params }: BlockNode, scope: Scope, data: Data, ...values: PayloadValue[]): Scope => ({
  context: values[0],
  outer: values[0] === scope.context ? scope.outer : scope,
  data,
  params:
    params.length === 0
      ? scope.params
      : { ...scope.params, ...Object.fromEntries(params.map((name, index) => [name, values[index]])) },
});

const isEmpty = (value: PayloadValue) =>
  (!value && value !== 0) || (Array.isArray(value) && value.length === 0);

function compute(expression: Expression, scope: Scope): PayloadValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return find(expression, scope);
    case 'call':
      return call(expression, scope);
  }
}

function call({ helper, args }: CallExpression, scope: Scope): PayloadValue {
  const [first, second] = args.map((each) => compute(each, scope));
  switch (helper) {
    case 'eq':
      return first === second;
    case 'lookup':
      return first ? partOf(first, toText(second)) : first;
    case 'unlink':
      return typeof first === 'string' ? unlinkName(first) : first;
    case 'duration': {
      const locale = typeof second === 'string' ? normalizeLocale(second) : undefined;
      return typeof first === 'number' && first >= 0 ? formatDuration(first, locale ?? 'en') : undefined;
    }
  }
}

/** @param isShown - `{{name.length}}` shows nothing of a text, although `{{#if name.length}}` may test it */
function find(path: PathExpression, scope: Scope, isShown = false): PayloadValue {
  const { parts, depth, isData } = path;
  let value: PayloadValue = isData ? up(scope.data, depth)?.values : up(scope, depth)?.context;
  if (isParam(path, scope)) value = scope.params;
  for (const [index, name] of parts.entries()) {
    if (isShown && typeof value === 'string' && index === parts.length - 1) return undefined;
    value = partOf(value, name);
  }
  return value;
}

function up<Level extends { readonly outer?: Level | undefined }>(
  level: Level,
  depth: number,
): Level | undefined {
  let found: Level | undefined = level;
  for (let left = depth; left > 0; left -= 1) found = found?.outer;
  return found;
}

const isParam = ({ parts: [name], depth, isData, isScoped }: PathExpression, scope: Scope): boolean =>
  name !== undefined && depth === 0 && !isData && !isScoped && isOwn(scope.params, name);

/** Own properties only. */
function partOf(value: PayloadValue, name: string): PayloadValue {
  if (value === undefined || value === null) return value;
  const owner: Values = Object(value);
  return Object.hasOwn(owner, name) ? owner[name] : undefined;
}

const isObject = (value: PayloadValue): value is Values | readonly PayloadValue[] =>
  typeof value === 'object' && value !== null;

/** What `String()` makes of it, except that nothing in the value is called: `toString` may be a name in it. */
const toText = (value: PayloadValue): string => {
  if (!isObject(value)) return String(value);
  return Array.isArray(value) ? value.map((item) => toText(item ?? '')).join(',') : '[object Object]';
};

/** What a value node becomes: the formatted value, nothing, or the placeholder as written. */
function show(node: ValueNode, scope: Scope, output: Output): string {
  const { expression, name, written } = node;
  const { missingVariable, problems, format } = output;
  const value = valueToShow(expression, scope);
  if (value === undefined || value === null) {
    if (missingVariable === 'error') problems.add(`${name} is missing`);
    return missingVariable === 'keep' && isUnknown(expression, scope) ? written : '';
  }
  if (isObject(value)) {
    if (missingVariable === 'keep' && name === 'this' && value === scope.context) return written;
    if (missingVariable === 'error')
      problems.add(`${name} is ${Array.isArray(value) ? 'a list' : 'an object'}, not text`);
  }
  const text = toText(value);
  return format ? format(text, name) : text;
}

function valueToShow(expression: Expression, scope: Scope): PayloadValue {
  if (expression.kind !== 'path') return compute(expression, scope);
  const { parts, depth, isData } = expression;
  // A variable may be called `this`.
  const isThis = parts.length === 0 && depth === 0 && !isData;
  return isThis && isOwn(scope.context, 'this')
    ? partOf(scope.context, 'this')
    : find(expression, scope, true);
}

/** Whether nothing has the name that the path begins with. What a block provides is known. */
function isUnknown(expression: Expression, scope: Scope): boolean {
  if (expression.kind !== 'path') return false;
  const { parts, depth, isData } = expression;
  const [root] = parts;
  return (
    root !== undefined && depth === 0 && !isData && !isParam(expression, scope) && !isOwn(scope.context, root)
  );
}

const isOwn = (value: PayloadValue, name: string) => isObject(value) && Object.hasOwn(value, name);
