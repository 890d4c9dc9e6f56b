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

/** The folder of templates without a language. */
const EVERY_LANGUAGE = 'default';

/** The file of each field of a template. The extension of the content file determines the content type. */
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

/** The fields of a template that have a file. */
export type TemplateField = (typeof FILES)[FileName];

const FIELDS: readonly TemplateField[] = [...new Set(Object.values(FILES))];

export interface WriteTemplatesOptions {
  /** Replaces existing files, including edited ones. @default false */
  overwrite?: boolean | undefined;
}

/**
 * Writes templates to files that you can edit: `SignIn/de/subject.txt`, `content.html`, and `text.txt` for each usage type
 * and language. It omits templates that only repeat another one (see `createTemplates`). {@link readTemplates} adds them
 * again.
 *
 * Every file is inside the directory. Symbolic links are refused, and so are usage types and locales that are not valid
 * folder names on every system.
 *
 * @returns the paths of the files, relative to the directory
 * @throws {ConfigError} with every problem, before anything is written
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
        issues.push(problem(file, 'file_exists', 'already exists: remove it, or overwrite it'));
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

/** Many file systems ignore letter case and the encoding of accents, so different names can be the same folder. */
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

/** Symbolic links inside the directory could redirect files to another place. */
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

/** @throws {ConfigError} if the usage type or locale is not a valid folder name */
function folderOf({ usageType, locale = EVERY_LANGUAGE }: Template): string {
  const issues = [
    ...(isFolderName(usageType) ? [] : [problem('usageType', 'not_allowed', notAFolder(usageType))]),
    ...(isLocaleFolderName(locale) ? [] : [problem('locale', 'not_allowed', notAFolder(locale))]),
  ];
  if (issues.length > 0) throw new ConfigError(issues);
  return `${usageType}/${locale}`;
}

const notAFolder = (name: string) =>
  `is not a valid folder name: ${name.replace(/\p{C}/gu, '�').slice(0, 100)}`;

/**
 * The path of the file of a field, relative to the directory: `SignIn/de/content.html`.
 *
 * @throws {ConfigError} if the usage type or locale is not a valid folder name
 */
export function templateFile(template: Template, field: TemplateField): string {
  const isHtml = field === 'content' && template.contentType === 'text/html';
  return `${folderOf(template)}/${field}.${isHtml ? 'html' : 'txt'}`;
}

export interface ReadTemplatesOptions {
  /**
   * The language for all other readers, for usage types that have no `default` folder.
   * @default `en`, or the only language
   */
  defaultLocale?: string | undefined;
}

/**
 * Reads the files of {@link writeTemplates}, including your edits.
 *
 * @throws {ConfigError} with every problem and its file. Syntax errors include the line and column, as in
 * `SignIn/de/content.html:12:7`.
 */
export async function readTemplates(
  directory: string,
  options: ReadTemplatesOptions = {},
): Promise<Template[]> {
  const issues: ConfigIssue[] = [];
  const folders = new Map<string, Map<FileName, string>>();
  for (const file of await listFiles(directory)) {
    const [usageType, locale, name, ...deeper] = file.split('/');
    // Ignore files next to the folders of the usage types, and hidden files everywhere.
    if (locale === undefined || /(?:^|\/)\./.test(file)) continue;
    if (usageType === undefined || name === undefined || deeper.length > 0 || !isFileName(name)) {
      const names = Object.keys(FILES).join(', ');
      issues.push(
        problem(
          file,
          'file_unknown',
          `is not a template file: expected USAGE_TYPE/LOCALE/FILE, where FILE is one of ${names}`,
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
      problem(
        directory,
        'template_missing',
        'contains no templates: expected USAGE_TYPE/LOCALE/content.html',
      ),
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
          'exists along with content.html: keep one of them, and put the plain text of an HTML email in text.txt',
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

/** The file of a field. A field without a file concerns the folder. */
const fileOf = (field: string): string[] =>
  Object.entries(FILES)
    .filter(([, known]) => known === field)
    .map(([name]) => name)
    .slice(0, 1);

/** Editors add a final newline, which is not part of the text. */
const withoutFinalNewline = (text: string) => text.replace(/^\ufeff/, '').replace(/\r?\n$/, '');

/** Lists files with `/` as the separator, in the same order on every system. */
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
