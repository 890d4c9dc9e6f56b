import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigError,
  type ConfigIssue,
  fromZodIssue,
  inspectTemplate,
  type Template,
  templateSchema,
} from '@postern/core';
import { addFallbacks, dropFallbacks, standardLocale } from './fallbacks.js';
import { isFolderName, isLocaleFolderName } from './folder-name.js';

/** The folder of a template that is for every language. */
const EVERY_LANGUAGE = 'default';

/** One file for each field of a template. Which of the two contents is there says what type it has. */
const FILES = {
  'subject.txt': 'subject',
  'content.html': 'content',
  'content.txt': 'content',
  'text.txt': 'text',
  'sendFrom.txt': 'sendFrom',
  'replyTo.txt': 'replyTo',
} as const satisfies Record<string, keyof Template>;

type FileName = keyof typeof FILES;

const isFileName = (name: string): name is FileName => Object.hasOwn(FILES, name);

const problem = (file: string, code: string, message: string): ConfigIssue => ({
  severity: 'error',
  path: [file],
  code,
  message,
});

/** What of a template has a file of its own. */
export type TemplateField = (typeof FILES)[FileName];

const FIELDS: readonly TemplateField[] = [...new Set(Object.values(FILES))];

export interface WriteTemplatesOptions {
  /** Replaces files that are there already, and with them what someone edited. @default false */
  overwrite?: boolean | undefined;
}

/**
 * Writes templates as files that a team edits: `SignIn/de/subject.txt`, `content.html` and `text.txt`, and so on for
 * each usage type and language. What only repeats another template (see `createTemplates`) is left out;
 * {@link readTemplates} adds it again.
 *
 * Every file is inside the directory: a usage type or a locale that cannot be the name of a folder on every system is
 * refused, and so is a symbolic link in the way.
 *
 * @returns the files, relative to the directory
 * @throws {ConfigError} with every problem, before anything is written: a file that exists, or a place that can't be used
 */
export async function writeTemplates(
  directory: string,
  templates: readonly Template[],
  options: WriteTemplatesOptions = {},
): Promise<string[]> {
  const files = dropFallbacks(templates).flatMap((template) => filesOf(template));
  const issues = [...collisionsOf(files), ...(await linksAmong(directory, files))];
  if (issues.length === 0 && !options.overwrite) {
    const existing = new Set(await listFiles(directory));
    for (const { file } of files)
      if (existing.has(file))
        issues.push(problem(file, 'file_exists', 'is there already: remove it, or overwrite it'));
  }
  if (issues.length > 0) throw new ConfigError(issues);
  for (const { folder, file, text } of files) {
    await mkdir(join(directory, folder), { recursive: true });
    await writeFile(join(directory, file), text, { flag: options.overwrite ? 'w' : 'wx' });
  }
  return files.map(({ file }) => file);
}

interface FileToWrite {
  folder: string;
  file: string;
  text: string;
}

function filesOf(template: Template): FileToWrite[] {
  return FIELDS.flatMap((field) => {
    const text = template[field];
    return text === undefined
      ? []
      : [{ folder: folderOf(template), file: templateFile(template, field), text: `${text}\n` }];
  });
}

/** Many file systems ignore letter case and the form of accents, so such folders would be one. */
function collisionsOf(files: readonly FileToWrite[]): ConfigIssue[] {
  const folders = new Map<string, string>();
  const issues: ConfigIssue[] = [];
  for (const folder of new Set(files.map((each) => each.folder))) {
    const key = folder.normalize('NFC').toLowerCase();
    const other = folders.get(key);
    if (other === undefined) folders.set(key, folder);
    else
      issues.push(problem(folder, 'not_allowed', `would be the same folder as ${other}: rename one of them`));
  }
  return issues;
}

/** A link inside of the directory leads to where someone else wants it. */
async function linksAmong(directory: string, files: readonly FileToWrite[]): Promise<ConfigIssue[]> {
  const places = new Set(
    files.flatMap(({ folder, file }) => [folder.slice(0, folder.indexOf('/')), folder, file]),
  );
  const issues: ConfigIssue[] = [];
  for (const place of places) {
    const found = await lstat(join(directory, place)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found?.isSymbolicLink())
      issues.push(
        problem(place, 'not_allowed', 'is a symbolic link: remove it, or write to another directory'),
      );
  }
  return issues;
}

/** @throws {ConfigError} for what can't be the name of a folder */
function folderOf({ usageType, locale = EVERY_LANGUAGE }: Template): string {
  const issues = [
    ...(isFolderName(usageType) ? [] : [problem('usageType', 'not_allowed', notAFolder(usageType))]),
    ...(isLocaleFolderName(locale) ? [] : [problem('locale', 'not_allowed', notAFolder(locale))]),
  ];
  if (issues.length > 0) throw new ConfigError(issues);
  return `${usageType}/${locale}`;
}

const notAFolder = (name: string) =>
  `can't be the name of a folder: ${name.replace(/\p{C}/gu, '�').slice(0, 100)}`;

/**
 * Where a field of a template is, relative to the directory: `SignIn/de/content.html`.
 *
 * @throws {ConfigError} when the usage type or the locale can't be the name of a folder
 */
export function templateFile(template: Template, field: TemplateField): string {
  const isHtml = field === 'content' && template.contentType === 'text/html';
  return `${folderOf(template)}/${field}.${isHtml ? 'html' : 'txt'}`;
}

export interface ReadTemplatesOptions {
  /**
   * For readers of every other language: their emails are those of this one, where a usage type has no folder
   * `default`.
   * @default `en`, or the only language there is
   */
  defaultLocale?: string | undefined;
}

/**
 * Reads what {@link writeTemplates} wrote, and a team edited.
 *
 * @throws {ConfigError} with every problem: the file, and for broken templates line and column, as in
 * `SignIn/de/content.html:12:7`
 */
export async function readTemplates(
  directory: string,
  options: ReadTemplatesOptions = {},
): Promise<Template[]> {
  const issues: ConfigIssue[] = [];
  const folders = new Map<string, Map<FileName, string>>();
  for (const file of await listFiles(directory)) {
    const [usageType, locale, name, ...deeper] = file.split('/');
    // Notes and version control are welcome beside the folders of the usage types, and hidden files everywhere.
    if (locale === undefined || /(?:^|\/)\./.test(file)) continue;
    if (usageType === undefined || name === undefined || deeper.length > 0 || !isFileName(name)) {
      const names = Object.keys(FILES).join(', ');
      issues.push(
        problem(
          file,
          'file_unknown',
          `is no file of a template: those are USAGE_TYPE/LOCALE/FILE, where FILE is ${names}`,
        ),
      );
      continue;
    }
    const folder = `${usageType}/${locale}`;
    if (!isFolderName(usageType)) {
      issues.push(problem(folder, 'not_allowed', notAFolder(usageType)));
      continue;
    }
    const files = folders.get(folder) ?? new Map<FileName, string>();
    folders.set(folder, files.set(name, withoutFinalNewline(await readFile(join(directory, file), 'utf8'))));
  }
  if (folders.size === 0 && issues.length === 0)
    issues.push(
      problem(directory, 'template_missing', 'has no templates: they are in USAGE_TYPE/LOCALE/content.html'),
    );
  const templates = [...folders].flatMap(([folder, files]) => {
    const result = toTemplate(folder, files);
    issues.push(...result.issues);
    return result.template ?? [];
  });
  if (issues.length > 0) throw new ConfigError(issues);
  return addFallbacks(templates, options.defaultLocale ?? standardLocale(templates));
}

function toTemplate(
  folder: string,
  files: ReadonlyMap<FileName, string>,
): { template?: Template; issues: ConfigIssue[] } {
  const [usageType, locale] = folder.split('/');
  const isHtml = files.has('content.html');
  if (isHtml && files.has('content.txt'))
    return {
      issues: [
        problem(
          `${folder}/content.txt`,
          'file_unknown',
          'stands beside content.html: keep one, and write the plain text of an html email in text.txt',
        ),
      ],
    };
  const fields = Object.fromEntries([...files].map(([name, text]) => [FILES[name], text]));
  const parsed = templateSchema.safeParse({
    usageType,
    ...(locale !== EVERY_LANGUAGE && { locale }),
    contentType: isHtml ? 'text/html' : 'text/plain',
    ...fields,
  });
  const broken = [...files].flatMap(([name, text]) => {
    const inspection = inspectTemplate(text);
    if (inspection.ok) return [];
    const { line, column, message } = inspection.problem;
    return [problem(`${folder}/${name}:${line}:${column}`, 'template_syntax', message)];
  });
  if (parsed.success) return { template: parsed.data, issues: broken };
  const invalid = parsed.error.issues
    .map(fromZodIssue)
    .map(({ path, code, message }) => problem([folder, ...fileOf(String(path[0]))].join('/'), code, message));
  return { issues: [...broken, ...invalid] };
}

/** Where a field would be; one that has no file is about the folder. */
const fileOf = (field: string): string[] =>
  Object.entries(FILES)
    .filter(([, known]) => known === field)
    .map(([name]) => name)
    .slice(0, 1);

/** Editors add one, and it belongs to no subject. */
const withoutFinalNewline = (text: string) => text.replace(/^\ufeff/, '').replace(/\r?\n$/, '');

/** With `/`, on every system, in the same order. */
async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(join(directory, '/').length).replaceAll('\\', '/'),
    )
    .sort();
}
