import { type AnyNode, type DocumentNode, parse } from '@humanwhocodes/momoa';
import type { ConfigIssue } from '@postern/core';

/** A position in a text. The first line and the first column are 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** An issue with its position. `file` is set if the issue is in a file other than the config. */
export type LocatedIssue = ConfigIssue & Partial<Place> & { readonly file?: string };

/** The value of a JSON text and the position of each part, or the syntax error. */
export type JsonText =
  | { readonly ok: true; readonly value: unknown; locate(path: ConfigIssue['path']): Place }
  | { readonly ok: false; readonly issue: LocatedIssue };

/** Reads JSON. The message of a syntax error never quotes the text, because the text may contain a password. */
export function readJsonText(text: string): JsonText {
  // Editors on Windows start a file with a byte order mark.
  const json = text.replace(/^\ufeff/, '');
  try {
    const document = parse(json, { mode: 'json' });
    return { ok: true, value: JSON.parse(json), locate: (path) => locate(document, path) };
  } catch (error) {
    const place = placeOf(error);
    const message = `The JSON is not valid at line ${place.line}, column ${place.column}: ${explain(json, place)}`;
    return { ok: false, issue: { severity: 'error', path: [], code: 'json_syntax', message, ...place } };
  }
}

/** The parser's errors carry a position, unless the nesting is deeper than the call stack. */
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
  if (/^\ufffd|\0/.test(json)) return 'save the file as UTF-8';
  if (next === undefined && line >= lines.length)
    return 'the text ends too early: a bracket or a quote is not closed';
  if ((next === '}' || next === ']') && before.endsWith(',')) return 'remove the comma before the bracket';
  if (next === "'") return 'use double quotes';
  if (next === '/') return 'JSON does not support comments: remove this one';
  return 'a comma, bracket, or double quote is missing or extra';
}

/** The position of the value at a path, or of the innermost part of the path that exists. */
function locate({ body }: DocumentNode, path: ConfigIssue['path']): Place {
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

/** Of several members with the same name, the last one counts, as in `JSON.parse`. */
function step(node: AnyNode, part: string | number) {
  if (node.type === 'Array') return node.elements[Number(part)];
  if (node.type !== 'Object') return undefined;
  return node.members.findLast(({ name }) => name.type === 'String' && name.value === part);
}
