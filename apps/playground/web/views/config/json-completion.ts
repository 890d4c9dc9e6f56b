import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  snippet,
} from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { type JsonSchema, keysOf, schemasAt, valuesOf } from './json-schema';

type Path = readonly (string | number)[];

const KEY_AND_COLON = /^"(?:[^"\\]|\\.)*"\s*:/;

const VALUES = ['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'];

const keyOf = (property: SyntaxNode, state: EditorState): string => {
  const name = property.getChild('PropertyName');
  return name === null ? '' : state.sliceDoc(name.from + 1, name.to - 1);
};

/** Where in the document a node is. */
function pathOf(node: SyntaxNode, state: EditorState): Path {
  const path: (string | number)[] = [];
  for (let at: SyntaxNode = node; at.parent !== null; at = at.parent) {
    const { parent } = at;
    if (parent.name === 'Property') path.unshift(keyOf(parent, state));
    if (parent.name === 'Array') path.unshift(elementsBefore(parent, at.from));
  }
  return path;
}

function elementsBefore(array: SyntaxNode, position: number): number {
  let count = 0;
  for (let child = array.firstChild; child !== null && child.from < position; child = child.nextSibling) {
    if (VALUES.includes(child.name)) count += 1;
  }
  return count;
}

interface Spot {
  /** Of the object, for a key; of the value itself otherwise. */
  readonly path: Path;
  readonly kind: 'key' | 'value';
  /** What the completion takes the place of, without quotes. */
  readonly from: number;
  readonly to: number;
  /** Keys that the object has already. */
  readonly taken: readonly string[];
}

/** What can be written at a position. */
function spotAt(state: EditorState, position: number): Spot | undefined {
  const before = state.sliceDoc(Math.max(0, position - 200), position);
  const word = /[\w$.-]*$/.exec(before)?.[0] ?? '';
  const gap = /\s*[\w$.-]*$/.exec(before)?.[0] ?? '';
  const touched = syntaxTree(state).resolveInner(position, -1);
  const isInText = touched.name === 'String' || touched.name === 'PropertyName';
  // White space belongs to nothing: what stands before it says where one is.
  const node = isInText ? touched : syntaxTree(state).resolveInner(position - gap.length, -1);
  const span = isInText
    ? { from: touched.from + 1, to: touched.to - 1 }
    : { from: position - word.length, to: position };

  const container = closest(node, 'Object', 'Array');
  if (container === null) return undefined;
  const property = closest(node, 'Property');
  const isOfContainer = property !== null && property.from > container.from;
  if (isOfContainer && KEY_AND_COLON.test(state.sliceDoc(property.from, position))) {
    return { kind: 'value', path: [...pathOf(property, state), keyOf(property, state)], ...span, taken: [] };
  }
  if (container.name === 'Array') {
    const path = [...pathOf(container, state), elementsBefore(container, span.from)];
    return { kind: 'value', path, ...span, taken: [] };
  }
  const others = container
    .getChildren('Property')
    .filter(({ from }) => from !== span.from - 1 && from !== span.from);
  const taken = others.map((other) => keyOf(other, state));
  return { kind: 'key', path: pathOf(container, state), ...span, taken };
}

function closest(node: SyntaxNode, ...names: readonly string[]): SyntaxNode | null {
  let at: SyntaxNode | null = node;
  while (at !== null && !names.includes(at.name)) at = at.parent;
  return at;
}

/** Where the cursor goes, in a snippet. */
const CURSOR = '#{}';

/** A place for the value, as its kind is written. */
function skeletonOf(schema: JsonSchema): string {
  const kinds = [schema, ...(schema.anyOf ?? [])].map(({ type }) => type);
  if (kinds.includes('object')) return `{\n  ${CURSOR}\n}`;
  if (kinds.includes('array')) return `[\n  ${CURSOR}\n]`;
  if (kinds.includes('boolean') || kinds.includes('integer') || kinds.includes('number')) return CURSOR;
  return `"${CURSOR}"`;
}

function about({ description, default: usual, examples }: JsonSchema): string | undefined {
  const lines = [
    description,
    usual !== undefined && `Default: ${JSON.stringify(usual)}`,
    examples && `For example: ${examples.map((example) => JSON.stringify(example)).join(', ')}`,
  ];
  return lines.filter(Boolean).join('\n') || undefined;
}

/** Completes the keys and the values that a schema knows, each with what it says about them. */
const completeJson =
  (schema: JsonSchema) =>
  ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const spot = spotAt(state, pos);
    if (spot === undefined) return null;
    const { kind, path, from, to, taken } = spot;
    const schemas = schemasAt(schema, path);
    const after = /^"?\s*(.?)/.exec(state.sliceDoc(to, to + 200))?.[1];
    const isQuoted = state.sliceDoc(from - 1, from) === '"';
    if (!explicit && from === to && !isQuoted) return null;
    const options = kind === 'key' ? keyOptions(schemas, taken, after) : valueOptions(schemas);
    return options.length === 0 ? null : { from, to, options };
  };

/** Writes a snippet with quotes of its own in place of what is there, with the quotes that it has. */
const write =
  (template: string): Completion['apply'] =>
  (view, completion, from, to) => {
    const { doc } = view.state;
    const start = doc.sliceString(from - 1, from) === '"' ? from - 1 : from;
    const end = doc.sliceString(to, to + 1) === '"' ? to + 1 : to;
    snippet(template)(view, completion, start, end);
  };

function keyOptions(
  schemas: readonly JsonSchema[],
  taken: readonly string[],
  after: string | undefined,
): Completion[] {
  return [...keysOf(schemas)]
    .filter(([key]) => !taken.includes(key))
    .map(([key, { schema, isRequired }]) => {
      const info = about(schema);
      const rest = after === ':' ? '' : `: ${skeletonOf(schema)}${after === '"' ? ',' : ''}`;
      return {
        label: key,
        apply: write(JSON.stringify(key) + rest),
        type: 'property',
        ...(isRequired && { detail: 'required', boost: 1 }),
        ...(info !== undefined && { info }),
      };
    });
}

function valueOptions(schemas: readonly JsonSchema[]): Completion[] {
  const info = schemas.map(about).find((text) => text !== undefined);
  return valuesOf(schemas).map((value) => ({
    label: typeof value === 'string' ? value : JSON.stringify(value),
    // Braces are places for the cursor, in a snippet.
    apply: write(JSON.stringify(value).replace(/[{}]/g, '\\$&')),
    type: 'constant',
    ...(info !== undefined && { info }),
  }));
}

/** Says what a key is for when the pointer rests on it. */
const explainKeys = (schema: JsonSchema) =>
  hoverTooltip(({ state }, position) => {
    const node = syntaxTree(state).resolveInner(position);
    if (node.name !== 'PropertyName' || node.parent === null) return null;
    const path = [...pathOf(node.parent, state), keyOf(node.parent, state)];
    const text = schemasAt(schema, path)
      .map(about)
      .find((words) => words !== undefined);
    if (text === undefined) return null;
    const create = () => {
      const dom = document.createElement('div');
      dom.className = 'cm-explanation';
      dom.append(text);
      return { dom };
    };
    return { pos: node.from, end: node.to, create };
  });

/** JSON, as a schema describes it: completed, and its keys explained. */
export const configJson = (schema: JsonSchema): Extension => [
  json(),
  autocompletion({ override: [completeJson(schema)], icons: false }),
  explainKeys(schema),
];
