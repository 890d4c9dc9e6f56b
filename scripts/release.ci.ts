/** Publishes nothing: packs the packages, and installs and uses them as applications do, with a real registry. CI runs it. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { type LocalRegistry, startLocalRegistry } from './fixtures/local-registry.js';
import { packageManagers } from './fixtures/package-managers.js';
import { checkReadme, readExamples } from './readme-examples.js';

const run = promisify(execFile);
const WORKSPACE = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = join(WORKSPACE, 'packages');
/** The registry that npm uses on this machine. */
const UPSTREAM = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' })
  .trim()
  .replace(/\/$/, '');

/** Sends one email. The arguments are a port and a file with the certificate of the server. */
const SEND = `
import { readFileSync } from 'node:fs';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { createSmtpTransport } from '@postern/transport-smtp';

async function main(): Promise<void> {
  const [port = '', certificate = ''] = process.argv.slice(2);
  const config = parseConnectorConfig({
    host: '127.0.0.1',
    port,
    auth: {},
    tls: { ca: readFileSync(certificate, 'utf8') },
    fromEmail: 'noreply@example.com',
    templates: [
      { usageType: 'SignIn', contentType: 'text/html', subject: 'Your code', content: '<p>{{code}}</p>' },
    ],
  });
  const mailer = createMailer({ config, transport: createSmtpTransport(config) });
  await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } });
  await mailer.close();
}

void main();
`;

/** Loads each package with `import` and with `require`. */
const LOAD = `
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
for (const name of process.argv.slice(2)) {
  await import(name);
  require(name);
}
`;

const names = await readdir(PACKAGES);
const manifests = await Promise.all(
  names.map(async (name) => JSON.parse(await readFile(join(PACKAGES, name, 'package.json'), 'utf8'))),
);
const published = manifests.filter(({ private: isPrivate }) => !isPrivate);
const ownNames = published.map(({ name }): string => name);
/** The command line has no entry point to import. */
const entryPoints = published.filter(({ exports }) => '.' in exports).map(({ name }): string => name);

/**
 * This adapter has its own project. `@auth/core` has nodemailer 7 and 8 as an optional peer, and npm refuses it next to the
 * nodemailer that another example imports.
 */
const SEPARATE = 'adapter-authjs';
const folders = names.filter((name) => name !== SEPARATE).map((name) => join(PACKAGES, name));
const readmes = [WORKSPACE, ...folders].filter((folder) => existsSync(join(folder, 'README.md')));

/** What applications need for the examples, and what the examples do not import. */
const COMPILER = ['typescript', '@types/express', '@types/node'];
const NOT_IMPORTED = [
  ...COMPILER,
  '@types/pg',
  '@electric-sql/pglite',
  // Yarn does not install peer dependencies. These are peers of vitest and NestJS.
  'vite',
  'rxjs',
];

/** A peer of `@logto/connector-kit`, which Logto has. Yarn does not install it. */
const PEER_OF_LOGTO = 'ky@1';

/** The packages that the examples of a README import. */
async function importsIn(folder: string): Promise<string[]> {
  const examples = readExamples(await readFile(join(folder, 'README.md'), 'utf8'));
  const pattern = /^(?:import|.* from) '((?:@[\w-]+\/)?[\w-]+)[^':\n]*';/gm;
  return examples.flatMap(({ code }) => Array.from(code.matchAll(pattern), ([, name = '']) => name));
}

/** Packages of other projects, in the versions that the workspace has. */
async function otherPackages(places: readonly string[], notImported: readonly string[]): Promise<string[]> {
  const versions = new Map<string, string>();
  for (const name of notImported) versions.set(name, await versionOf(name, [WORKSPACE, ...folders]));
  for (const folder of places)
    for (const name of await importsIn(folder))
      if (!name.startsWith('@postern/')) versions.set(name, await versionOf(name, [folder, WORKSPACE]));
  return [...versions].map(([name, version]) => `${name}@${version}`);
}

async function versionOf(name: string, places: readonly string[]): Promise<string> {
  const file = places
    .map((folder) => join(folder, 'node_modules', name, 'package.json'))
    .find((path) => existsSync(path));
  if (!file) throw new Error(`The workspace does not have ${name}.`);
  return JSON.parse(await readFile(file, 'utf8')).version;
}

let registry: LocalRegistry;
let trap: SmtpTrap;
beforeAll(async () => {
  registry = await startLocalRegistry({ upstream: UPSTREAM });
  trap = await startSmtpTrap();
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await trap.close();
});

it('pnpm would publish exactly the public packages', async () => {
  const args = ['--yes', 'pnpm@12', 'publish', '-r', '--dry-run', '--no-git-checks', '--json'];
  const { stdout } = await run('npx', args, { cwd: WORKSPACE, maxBuffer: 2 ** 26 });
  expect(ownNames.filter((name) => !stdout.includes(`"${name}"`))).toEqual([]);
});

/** Creates an application. */
async function createProject(): Promise<string> {
  const project = await realpath(await mkdtemp(join(tmpdir(), 'postern-release-')));
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'app', private: true, type: 'module' }),
  );
  await writeFile(join(project, 'load.mjs'), LOAD);
  return project;
}

const load = (project: string, packages: readonly string[]) =>
  run(process.execPath, ['load.mjs', ...packages], { cwd: project });

describe.each(Object.entries(packageManagers))('%s', (_name, manager) => {
  let project = '';
  beforeAll(async () => {
    project = await createProject();
    const own = ownNames.filter((name) => name !== `@postern/${SEPARATE}`);
    const others = await otherPackages(readmes, NOT_IMPORTED);
    await manager.add(project, registry, [...own, ...others, PEER_OF_LOGTO]);
    await writeFile(join(project, 'ca.pem'), trap.certificate);
  });
  afterAll(() => rm(project, { recursive: true }));

  /** Runs a program in the project and returns the code of the email that it sent. */
  async function codeSentBy(command: string, ...args: string[]): Promise<string> {
    trap.inbox.clear();
    await run(command, [...args, String(trap.port), 'ca.pem'], { cwd: project, env: runtimeEnv });
    return trap.inbox.waitForCode('ada@example.com');
  }
  const runtimeEnv = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };

  it('installs packages that load with import and require', async () => {
    await load(
      project,
      entryPoints.filter((name) => name !== `@postern/${SEPARATE}`),
    );
    await run(join(project, 'node_modules/.bin/postern'), ['--version'], { cwd: project });
  });

  it('installs packages that an ES module in TypeScript imports', async () => {
    await writeFile(join(project, 'send.ts'), SEND);
    expect(await codeSentBy(process.execPath, 'send.ts')).toBe('482913');
  });

  it('installs packages that TypeScript compiled to CommonJS requires', async () => {
    await writeFile(join(project, 'send.cts'), SEND);
    const flags = '--module node20 --target es2023 --strict --types node send.cts';
    await run(process.execPath, ['node_modules/typescript/bin/tsc', ...flags.split(' ')], { cwd: project });
    expect(await codeSentBy(process.execPath, 'send.cjs')).toBe('482913');
  });

  it('installs packages that Bun runs', async () => {
    await writeFile(join(project, 'send.ts'), SEND);
    expect(await codeSentBy('npx', '--yes', 'bun@1', 'run', 'send.ts')).toBe('482913');
  });

  it('installs packages that Deno runs', async () => {
    await writeFile(join(project, 'send.ts'), SEND);
    const deno = ['--yes', 'deno@2', 'run', '--allow-all', '--node-modules-dir=manual', 'send.ts'];
    expect(await codeSentBy('npx', ...deno)).toBe('482913');
  });

  it.each(readmes.map((folder) => [folder.slice(WORKSPACE.length) || 'the workspace', folder]))(
    'installs the packages that the examples in the README of %s use',
    async (_readme, folder) => {
      expect(await checkReadme(folder, join(project, 'node_modules'))).toEqual([]);
    },
  );
});

test.each(Object.entries(packageManagers))(
  '%s installs the packages that the examples in the README for Auth.js use',
  async (_name, manager) => {
    const project = await createProject();
    onTestFinished(() => rm(project, { recursive: true }));
    const folder = join(PACKAGES, SEPARATE);
    const own = new Set((await importsIn(folder)).filter((name) => name.startsWith('@postern/')));
    await manager.add(project, registry, [...own, ...(await otherPackages([folder], COMPILER))]);

    await load(project, [...own]);
    expect(await checkReadme(folder, join(project, 'node_modules'))).toEqual([]);
  },
);
