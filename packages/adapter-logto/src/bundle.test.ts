import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BUNDLE = new URL('../lib/index.js', import.meta.url);
const manifest: { dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const files = readdirSync(new URL('.', BUNDLE)).filter((file) => file.endsWith('.js'));
const codeOf = (file: string) => readFileSync(new URL(file, BUNDLE), 'utf8');

/** The modules that a file loads immediately. */
const importsOf = (file: string): string[] =>
  [...codeOf(file).matchAll(/^(?:import|export) ?(?:[^'"]+ from ?)?["'](?<from>[^'"]+)["'];$/gm)].map(
    ({ groups }) => groups?.from ?? '',
  );

test('the bundle imports only packages of the host', () => {
  const packages = new Set(files.flatMap(importsOf));
  for (const name of [...packages]) {
    if (name.startsWith('node:') || name.startsWith('./') || builtinModules.includes(name))
      packages.delete(name);
  }
  expect([...packages].sort()).toEqual(['@logto/connector-kit', 'zod']);
});

test('Logto loads the code of a provider with the first email, not at startup', () => {
  const atStartup = new Set(['index.js']);
  for (const file of atStartup)
    for (const name of importsOf(file)) if (name.startsWith('./')) atStartup.add(name.slice(2));
  const includes = (host: string) => (file: string) => codeOf(file).includes(host);
  for (const host of ['https://api.resend.com', 'https://api.brevo.com', 'https://graph.microsoft.com']) {
    expect(files.filter(includes(host)), host).not.toEqual([]);
    expect([...atStartup].filter(includes(host)), host).toEqual([]);
  }
});

test('the bundle contains only the parts of zod that are used', () => {
  // A word of its Dutch messages. To keep the bundle small, import zod with `import * as z`.
  expect(files.filter((file) => codeOf(file).includes('Ongeldige'))).toEqual([]);
});

test('the bundle protects links without the pages of a link guard', () => {
  const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(codeOf(file)), 0);
  process.stdout.write(`the bundle: ${files.length} files, ${bytes} bytes\n`);
  const includes = (text: string) => files.filter((file) => codeOf(file).includes(text));
  expect(includes('postern link guard')).not.toEqual([]);
  // A text of the pages in English, and the response that all of them share.
  expect(includes('It has expired. Request a new one.')).toEqual([]);
  expect(includes('Content-Security-Policy')).toEqual([]);
});

test('the manifest lists them, and no peer dependencies that could conflict with an application', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['@logto/connector-kit', 'zod']);
  expect(manifest).not.toHaveProperty('peerDependencies');
  // Logto's loader reads this range.
  expect(manifest.dependencies['@logto/connector-kit']).toMatch(/^\^/);
});

test('the bundle includes the licenses of its dependencies', () => {
  const notices = readFileSync(new URL('../lib/THIRD-PARTY-LICENSES.txt', import.meta.url), 'utf8');
  for (const name of [
    'nodemailer',
    'zod',
    'handlebars',
    'html-to-text',
    'htmlparser2',
    'fastest-levenshtein',
  ]) {
    expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'));
  }
});

test('the bundle works and throws the errors of the host', async () => {
  const program = `
    import { ConnectorError } from '@logto/connector-kit';
    import { ZodError } from 'zod';
    import createConnector from ${JSON.stringify(BUNDLE.href)};
    const { sendMessage, configGuard } = await createConnector({ getConfig: async () => ({}) });
    const error = await sendMessage({ to: 'a@example.com', type: 'SignIn', payload: {} }, { host: 'x' }).catch((error) => error);
    const { error: issues } = configGuard.safeParse({});
    console.log(error instanceof ConnectorError, error.data instanceof ZodError, issues instanceof ZodError);
  `;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd,
  });
  expect(stdout.trim()).toBe('true true true');
});
