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

/** The path of a node in the document. */
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
  /** The path of the object for a key, or of the value. */
  readonly path: Path;
  readonly kind: 'key' | 'value';
  /** The range to replace, without quotes. */
  readonly from: number;
  readonly to: number;
  /** The existing keys of the object. */
  readonly taken: readonly string[];
}

/** The possible content at a position. */
function spotAt(state: EditorState, position: number): Spot | undefined {
  const before = state.sliceDoc(Math.max(0, position - 200), position);
  const word = /[\w$.-]*$/.exec(before)?.[0] ?? '';
  const gap = /\s*[\w$.-]*$/.exec(before)?.[0] ?? '';
  const touched = syntaxTree(state).resolveInner(position, -1);
  const isInText = touched.name === 'String' || touched.name === 'PropertyName';
  // Whitespace has no node, so use the node before it.
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

/** The cursor position in a snippet. */
const CURSOR = '#{}';

/** A placeholder for the value. */
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

/** Completes keys and values from the schema, with their descriptions. */
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

/** Inserts a snippet that contains quotes, and replaces existing quotes. */
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
    // In a snippet, braces are placeholders.
    apply: write(JSON.stringify(value).replace(/[{}]/g, '\\$&')),
    type: 'constant',
    ...(info !== undefined && { info }),
  }));
}

/** Shows the description of a key on hover. */
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

/** JSON with completion and descriptions from a schema. */
export const configJson = (schema: JsonSchema): Extension => [
  json(),
  autocompletion({ override: [completeJson(schema)], icons: false }),
  explainKeys(schema),
];
