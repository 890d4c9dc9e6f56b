import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { merge, object } from '@optique/core/constructs';
import { message } from '@optique/core/message';
import { withDefault } from '@optique/core/modifiers';
import type { InferValue } from '@optique/core/parser';
import { command, constant, option } from '@optique/core/primitives';
import { path } from '@optique/run/valueparser';
import { sampleContext, samplePayload } from '@postern/config-tools';
import {
  type ConnectorConfig,
  createMailer,
  type Email,
  parseSendRequest,
  type Template,
} from '@postern/core';
import { createTransport } from '@postern/transport';
import { type CommandContext, EXIT, type Outcome } from '../command.js';
import { CommandError } from '../command-error.js';
import { readConfigFile } from '../config-file.js';
import { codeOf, writing } from '../file-access.js';
import { configOptions, sharedOptions, templatesOption } from '../options.js';
import { payloadOption, readPayload } from '../payload-option.js';
import { PREVIEW_MARK, type PreviewedEmail, previewPage, textFile } from '../preview-page.js';
import { printable } from '../printer.js';

export const previewCommand = command(
  'preview',
  merge(
    object({
      command: constant('preview'),
      out: withDefault(
        option('--out', path({ metavar: 'FOLDER', type: 'directory' }), {
          description: message`The folder for the files.`,
        }),
        'preview',
      ),
      open: option('--open', { description: message`Show the emails in the browser.` }),
      payload: payloadOption,
      templates: templatesOption,
    }),
    configOptions,
    sharedOptions,
  ),
  { brief: message`Render every template in every language to files.` },
);

/** The recipient of the samples. */
const RECIPIENT = 'ada@example.com';

export async function preview(
  { out, open, payload, ...options }: InferValue<typeof previewCommand>,
  { io, printer }: CommandContext,
): Promise<Outcome> {
  const values = readPayload(payload);
  const config = await readConfigFile(io, options, { login: false });
  const folder = resolve(io.cwd, out);
  const { print, style } = printer;

  const contents = new Map<string, string>();
  const names = new Set(['index']);
  const emails: PreviewedEmail[] = [];
  for (const template of config.templates) {
    const email = await renderAlone(config, template, values);
    const name = freeName(template, names);
    names.add(nameKey(name));
    const files = email.html === undefined ? [`${name}.txt`] : [`${name}.html`, `${name}.txt`];
    if (email.html !== undefined) contents.set(`${name}.html`, email.html);
    contents.set(`${name}.txt`, textFile(email));
    emails.push({
      type: template.usageType,
      ...(template.locale !== undefined && { locale: template.locale }),
      subject: email.subject,
      files,
    });
  }
  contents.set('index.html', previewPage(emails));

  await writing(out, async () => {
    await mkdir(folder, { recursive: true });
    await requireOwn(folder, out);
    for (const name of contents.keys()) await requireNoLink(join(folder, name), join(out, name));
    for (const [name, content] of contents) await writeFile(join(folder, name), content);
  });
  for (const { files, subject } of emails) {
    print(`${style('✓', 'passed')} ${join(out, files[0] ?? '')}  ${style(printable(subject), 'skipped')}`);
  }
  const page = join(folder, 'index.html');
  print(`\nAll emails: ${join(out, 'index.html')}`);
  if (open) {
    const { default: openInBrowser } = await import('open');
    await openInBrowser(page);
  }
  return { exitCode: EXIT.ok, result: { folder: out, emails } };
}

/** Renders with a mailer that has only this template, so that it is used for every language. */
async function renderAlone(
  config: ConnectorConfig,
  template: Template,
  values: ReturnType<typeof readPayload>,
): Promise<Email> {
  const { usageType: type, locale } = template;
  await using mailer = createMailer({
    config: { ...config, templates: [template] },
    transport: createTransport(config), // which never connects
    // Shows which variables the sample does not contain.
    missingVariable: 'keep',
  });
  const payload = { ...samplePayload(type), ...values };
  const requestContext = sampleContext(type);
  return await mailer.render(parseSendRequest({ to: RECIPIENT, type, payload, locale, requestContext }));
}

const LONGEST_NAME = 60;

/** Names that are reserved for devices on Windows. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** A file name such as `SignIn.de`. A usage type may contain characters that a file name cannot. */
function freeName({ usageType, locale }: Template, taken: ReadonlySet<string>): string {
  const type = usageType.replace(/[^\p{L}\p{N}\p{M}_-]+/gu, '-').slice(0, LONGEST_NAME);
  const plain = [DEVICE.test(type) ? `${type}-` : type, locale].filter(Boolean).join('.');
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}-${number}`;
    if (!taken.has(nameKey(name))) return name;
  }
}

/** Many file systems ignore letter case and the form of accents. */
const nameKey = (name: string) => name.normalize('NFC').toLowerCase();

/** @throws {CommandError} if the path is a symbolic link, which could lead to any file */
async function requireNoLink(path: string, name: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!found?.isSymbolicLink()) return;
  throw new CommandError('file_exists', `${name} is a symbolic link.`, {
    hint: 'Remove it, or choose another folder with --out.',
  });
}

/** @throws {CommandError} if the folder contains another web page */
async function requireOwn(folder: string, out: string): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (page === undefined || page.includes(PREVIEW_MARK)) return;
  throw new CommandError('file_exists', `${out} contains an index.html that is not a preview.`, {
    hint: 'Choose another folder with --out.',
  });
}
