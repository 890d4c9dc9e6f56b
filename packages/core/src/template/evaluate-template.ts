import { formatDate } from '../date-format.js';
import { normalizeLocale } from '../locale.js';
import type { PayloadValue } from '../payload.js';
import { plainLine, unlinkAddress, unlinkName } from '../plain-line.js';
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
 * What to do if the payload lacks a variable. `error` refuses to render. `empty` shows nothing. `keep` shows the placeholder
 * as written, unless only a property of an existing object is missing, which shows nothing.
 */
export type MissingVariable = 'error' | 'empty' | 'keep';

export interface EvaluateOptions {
  readonly missingVariable: MissingVariable;
  /** Formats each value. @default values are inserted unchanged */
  readonly format?: ValueFormat | undefined;
}

type Values = Readonly<Record<string, PayloadValue>>;

/** The meaning of names at one position of the template. */
interface Scope {
  readonly context: PayloadValue;
  /** The scope of `../`. */
  readonly outer?: Scope | undefined;
  readonly data: Data;
  /** Block parameters. */
  readonly params: Values;
}

/** `@root`, and the data of the innermost `{{#each}}`: `@index`, `@key`, `@first`, and `@last`. */
interface Data {
  readonly values: Values;
  readonly outer?: Data | undefined;
}

/** The state of one evaluation: the output so far, and the options. */
interface Output extends EvaluateOptions {
  text: string;
  /** White space to write before the next text. */
  gap: string;
  /** The text since the last gap. */
  tail: string;
  readonly problems: Set<string>;
}

/**
 * Evaluates a template.
 *
 * @param problems - receives a description of each missing variable
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

/** Keeps the gap with more line breaks, and the line start of the last gap. Before the first text, only the line start matters. */
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
  // Do not repeat an address that was just shown.
  const isShown = /^$|\s$/.test(output.tail.slice(0, -address.length)) && output.tail.endsWith(address);
  if (address === '' || address.startsWith('#') || isShown) return;
  widenGap(' ', output);
  // Angle brackets show mail apps where a link ends (RFC 3986 appendix C).
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

/** The scope inside a block. As in Handlebars, `../` goes up only if the context is different. */
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
  const [first, second, third] = args.map((each) => compute(each, scope));
  const textOf = (value: PayloadValue) => (typeof value === 'string' ? value : undefined);
  const localeOf = (value: PayloadValue) => normalizeLocale(textOf(value)) ?? 'en';
  switch (helper) {
    case 'eq':
      return first === second;
    case 'lookup':
      return first ? partOf(first, toText(second)) : first;
    case 'unlink':
      return typeof first === 'string' ? unlinkName(first) : first;
    case 'address':
      return typeof first === 'string' ? unlinkAddress(first) : first;
    case 'duration':
      return typeof first === 'number' && first >= 0 ? formatDuration(first, localeOf(second)) : undefined;
    case 'date':
      return typeof first === 'string'
        ? (formatDate(first, localeOf(second), textOf(third)) ?? unlinkName(first))
        : first;
  }
}

/** @param isShown - for a string, `{{name.length}}` shows nothing, although `{{#if name.length}}` can test it */
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

/** Reads own properties only. */
function partOf(value: PayloadValue, name: string): PayloadValue {
  if (value === undefined || value === null) return value;
  const owner: Values = Object(value);
  return Object.hasOwn(owner, name) ? owner[name] : undefined;
}

const isObject = (value: PayloadValue): value is Values | readonly PayloadValue[] =>
  typeof value === 'object' && value !== null;

/** Like `String()`, but never calls methods of the value, because `toString` may be one of its names. */
const toText = (value: PayloadValue): string => {
  if (!isObject(value)) return String(value);
  return Array.isArray(value) ? value.map((item) => toText(item ?? '')).join(',') : '[object Object]';
};

/** Returns the output of a value node: the formatted value, an empty string, or the placeholder as written. */
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
      problems.add(`${name} must be text, not ${Array.isArray(value) ? 'a list' : 'an object'}`);
  }
  const text = toText(value);
  return format ? format(text, name) : text;
}

function valueToShow(expression: Expression, scope: Scope): PayloadValue {
  if (expression.kind !== 'path') return compute(expression, scope);
  const { parts, depth, isData } = expression;
  // A variable can be named `this`.
  const isThis = parts.length === 0 && depth === 0 && !isData;
  return isThis && isOwn(scope.context, 'this')
    ? partOf(scope.context, 'this')
    : find(expression, scope, true);
}

/** Whether the first name of the path is unknown. Names that a block provides are known. */
function isUnknown(expression: Expression, scope: Scope): boolean {
  if (expression.kind !== 'path') return false;
  const { parts, depth, isData } = expression;
  const [root] = parts;
  return (
    root !== undefined && depth === 0 && !isData && !isParam(expression, scope) && !isOwn(scope.context, root)
  );
}

const isOwn = (value: PayloadValue, name: string) => isObject(value) && Object.hasOwn(value, name);
