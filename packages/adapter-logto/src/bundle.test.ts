import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BUNDLE = new URL('../lib/index.js', import.meta.url);
const manifest: { dependencies: Record<string, string> } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

test('the bundle imports only packages of the host', () => {
  const imports = readFileSync(BUNDLE, 'utf8').matchAll(
    /^(?:import|export) (?:[^'"]+ from )?["'](?<from>[^'"]+)["'];$/gm,
  );
  const packages = new Set([...imports].map(({ groups }) => groups?.from ?? ''));
  for (const name of [...packages]) {
    if (name.startsWith('node:') || builtinModules.includes(name)) packages.delete(name);
  }
  expect([...packages].sort()).toEqual(['@logto/connector-kit', 'zod']);
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
