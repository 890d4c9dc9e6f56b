import { posix, resolve } from 'node:path';
import type { LocatedIssue } from '@postern/config-tools';
import { ConfigError, type ConfigIssue, type Template } from '@postern/core';
import { readTemplates, type TemplateField, templateFile } from '@postern/templates/files';
import { reading } from './file-access.js';
import type { Io } from './io.js';

/** The templates of a folder, and the file of each of their parts. */
export interface TemplateFolder {
  readonly templates: readonly Template[];
  /** Locates issues of a config's `templates` in the template files. */
  locate(issues: readonly ConfigIssue[]): LocatedIssue[];
}

/** @returns the templates, or the problems of the files */
export async function readTemplateFolder(
  { cwd }: Io,
  folder: string,
  defaultLocale: string | undefined,
): Promise<TemplateFolder | readonly LocatedIssue[]> {
  const path = resolve(cwd, folder);
  try {
    const templates = await reading(folder, () => readTemplates(path, { defaultLocale }));
    return { templates, locate: (issues) => locate(folder, templates, issues) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map((issue) => {
      const place = String(issue.path[0]);
      // The issue is about the folder itself or about a file in it.
      return {
        ...issue,
        path: [],
        ...(place === path ? { file: folder } : splitPlace(`${folder}/${place}`)),
      };
    });
  }
}

/** Splits `SignIn/de/content.html:12:7`. Line and column are optional. */
function splitPlace(place: string): Pick<LocatedIssue, 'file' | 'line' | 'column'> {
  const { file, line, column } = /^(?<file>.+):(?<line>\d+):(?<column>\d+)$/.exec(place)?.groups ?? {};
  return file === undefined ? { file: place } : { file, line: Number(line), column: Number(column) };
}

function locate(
  folder: string,
  templates: readonly Template[],
  issues: readonly ConfigIssue[],
): LocatedIssue[] {
  const located = issues.map(({ path, ...issue }) => {
    const [, index, field] = path;
    const template = templates[Number(index)];
    if (template === undefined) return { ...issue, path: [], file: folder };
    const original = templates.find((other) => repeats(template, other)) ?? template;
    return { ...issue, path: [], file: `${folder}/${placeOf(original, field)}` };
  });
  // A file that several languages share has the same issues in each of them.
  return [...new Map(located.map((issue) => [JSON.stringify(issue), issue])).values()];
}

/** The file of a field, or the folder of the template for issues without a field. */
function placeOf(template: Template, field: string | number | undefined): string {
  const known = FIELDS.find((each) => each === field);
  return known === undefined
    ? posix.dirname(templateFile(template, 'subject'))
    : templateFile(template, known);
}

const FIELDS: readonly TemplateField[] = ['subject', 'content', 'text', 'sendFrom', 'replyTo'];

/** Whether both templates come from the same files. */
const repeats = (template: Template, other: Template) =>
  template.usageType === other.usageType &&
  template.contentType === other.contentType &&
  template.subject === other.subject &&
  template.content === other.content &&
  template.text === other.text;
