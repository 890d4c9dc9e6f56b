import { type AnyNode, type DocumentNode, parse } from '@humanwhocodes/momoa';
import type { Issue } from './wire/issue.js';

/** A place in a text, both counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** A JSON text that was read: its value, and where in the text each part of it is. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown; locate(path: readonly (string | number)[]): Place }
  | { readonly ok: false; readonly issue: Issue };

/**
 * Reads JSON. What is wrong with it becomes an issue that says where, and never quotes the text: a password may stand
 * there.
 */
export function readJsonText(text: string): JsonText {
  // Editors on Windows begin a file with a byte order mark.
  const json = text.replace(/^\ufeff/, '');
  try {
    const document = parse(json, { mode: 'json' });
    return { ok: true, value: JSON.parse(json), locate: (path) => locate(document, path) };
  } catch (error) {
    const place = placeOf(error);
    const message = `it is not valid JSON at line ${place.line}, column ${place.column}: ${explain(json, place)}`;
    return { ok: false, issue: { severity: 'error', code: 'json_syntax', message, path: '', ...place } };
  }
}

/** The parser's errors carry the place; there is none where nesting is deeper than the stack. */
function placeOf(error: unknown): Place {
  const { line, column } = (error ?? {}) as { line?: unknown; column?: unknown };
  return typeof line === 'number' && typeof column === 'number' ? { line, column } : { line: 1, column: 1 };
}

function explain(json: string, { line, column }: Place): string {
  const lines = json.split(/\r\n|\n|\r/);
  const rest = lines[line - 1]?.slice(column - 1) ?? '';
  const before = [...lines.slice(0, line - 1), lines[line - 1]?.slice(0, column - 1) ?? '']
    .join('\n')
    .trimEnd();
  const next = rest[0];
  if (next === undefined && line >= lines.length)
    return 'the text ends too early, a bracket or a quote is not closed';
  if ((next === '}' || next === ']') && before.endsWith(',')) return 'remove the comma before the bracket';
  if (next === "'") return 'write double quotes';
  if (next === '/') return 'JSON has no comments, remove it';
  return 'a comma, a bracket or a double quote is missing here, or one too many';
}

/** The place of what a path leads to, or of the innermost part on the way that there is. */
function locate({ body }: DocumentNode, path: readonly (string | number)[]): Place {
  let node: AnyNode = body;
  let place: Place = body.loc.start;
  for (const part of path) {
    const child = step(node, part);
    if (child === undefined) break;
    node = child.value;
    place = child.loc.start;
  }
  return { line: place.line, column: place.column };
}

/** The last of several members of the same name is the one that counts, as for `JSON.parse`. */
function step(node: AnyNode, part: string | number) {
  if (node.type === 'Array') return node.elements[Number(part)];
  if (node.type !== 'Object') return undefined;
  return node.members.findLast(({ name }) => name.type === 'String' && name.value === part);
}
