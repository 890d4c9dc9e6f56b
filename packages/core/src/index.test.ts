import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

// What is tested here is what gets published, as its users have it: built, and found through node_modules.

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const TSC = join(WORKSPACE, 'node_modules/typescript7/bin/tsc');

/** A project that has `@postern/core` installed, and nothing else but the types of Node. */
async function makeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'postern-core-')));
  onTestFinished(() => rm(root, { recursive: true }));
  const link = async (target: string, path: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path), 'dir');
  };
  await link(PACKAGE, 'node_modules/@postern/core');
  await link(join(WORKSPACE, 'node_modules/@types/node'), 'node_modules/@types/node');
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  return root;
}

const node = (root: string, ...args: string[]) =>
  run(process.execPath, args, { cwd: root, env: { PATH: process.env.PATH } });

/** What the compiler says, or '' when it is content. */
const compile = (root: string) =>
  run(process.execPath, [TSC, '-p', '.'], { cwd: root }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );

const packageJson = (type: 'module' | 'commonjs') => JSON.stringify({ name: 'consumer', type });

const tsconfig = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    // The declarations themselves are checked as well.
    skipLibCheck: false,
    types: ['node'],
    outDir: 'out',
  },
  files: ['main.ts'],
});

const SEND = `
const transport: Transport = {
  name: 'recording',
  async send({ messageId, to, text }) {
    console.log(to, text);
    return { messageId, accepted: to, transport: 'recording', response: '250 OK', attempts: 1, durationMs: 0 };
  },
  async verify() {},
  async close() {},
  async [Symbol.asyncDispose]() {},
};
const mailer = createMailer({
  config: {
    fromEmail: 'Example <noreply@example.com>',
    templates: [
      { usageType: 'SignIn', contentType: 'text/plain', subject: 'Sign in', content: 'Your code is {{code}}.' },
      { usageType: 'Welcome', contentType: 'text/plain', subject: 'Welcome', content: 'Hi {{firstName}}!' },
    ],
  },
  transport,
});
`;

const SENDS = 'ada@example.com Your code is 482913.\nada@example.com Hi Ada!\n';

describe('a project with CommonJS', () => {
  test('can require the package', async () => {
    const root = await makeProject({
      'package.json': packageJson('commonjs'),
      'main.js': `
        const { createMailer, MailError, parseRecipient } = require('@postern/core');
        ${SEND.replace(': Transport', '')}
        const to = 'ada@example.com';
        mailer.send({ to, type: 'SignIn', payload: { code: '482913' } })
          .then(() => mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada' } }))
          .then(() => mailer.send({ to: 'nobody', type: 'SignIn', payload: { code: '482913' } }))
          .catch((error) => console.log(error instanceof MailError, error.code));`,
    });

    expect(await node(root, 'main.js')).toEqual({ stdout: `${SENDS}true recipient_invalid\n`, stderr: '' });
  });

  test('can use TypeScript', async () => {
    const root = await makeProject({
      'package.json': packageJson('commonjs'),
      'tsconfig.json': tsconfig,
      'main.ts': `
        import { createMailer, type Transport } from '@postern/core';
        declare module '@postern/core' {
          interface PayloadByType { Welcome: { firstName: string } }
        }
        ${SEND}
        async function main() {
          const to = 'ada@example.com';
          await mailer.send({ to, type: 'SignIn', payload: { code: '482913' } });
          await mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada' } });
        }
        void main();`,
    });

    expect(await compile(root)).toBe('');
    expect(await node(root, 'out/main.js')).toEqual({ stdout: SENDS, stderr: '' });
  }, 60_000);
});

describe('a project with ES modules', () => {
  test('can declare custom types by merging, and wrong payloads do not compile', async () => {
    const root = await makeProject({
      'package.json': packageJson('module'),
      'tsconfig.json': tsconfig,
      'main.ts': `
        import { createMailer, type PayloadByType, type Transport, type UsageType } from '@postern/core';
        declare module '@postern/core' {
          interface PayloadByType { Welcome: { firstName: string } }
        }
        ${SEND}
        const to = 'ada@example.com';
        await mailer.send({ to, type: 'SignIn', payload: { code: '482913' } });
        await mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada' } });
        export const known: UsageType[] = ['Welcome', 'SignIn'];
        export const payload: PayloadByType['Welcome'] = { firstName: 'Ada' };
        export const wrong = [
          // @ts-expect-error: neither a code nor a link
          () => mailer.send({ to, type: 'SignIn', payload: {} }),
          // @ts-expect-error: a code is text
          () => mailer.send({ to, type: 'SignIn', payload: { code: 482913 } }),
          // @ts-expect-error: firstName is required
          () => mailer.send({ to, type: 'Welcome', payload: {} }),
          // @ts-expect-error: no such usage type
          () => mailer.send({ to, type: 'SingIn', payload: { code: '1' } }),
        ];`,
    });

    expect(await compile(root)).toBe('');
    expect(await node(root, 'out/main.js')).toEqual({ stdout: SENDS, stderr: '' });
  }, 60_000);
});

describe('importing the package', () => {
  /** Notes every call that opens or reads something, then imports, and says what was left behind. */
  const WATCH = `
    import { syncBuiltinESMExports, createRequire } from 'node:module';
    import { createHook } from 'node:async_hooks';
    const require = createRequire(import.meta.url);
    const calls = [];
    let isInside = false;
    const modules = [
      'fs', 'fs/promises', 'net', 'tls', 'dns', 'dns/promises', 'dgram', 'http', 'https', 'http2', 'child_process',
      'worker_threads', 'cluster', 'timers', 'timers/promises',
    ];
    for (const name of modules) {
      const module = require(name);
      for (const [key, original] of Object.entries(module)) {
        if (typeof original !== 'function' || !Object.getOwnPropertyDescriptor(module, key)?.writable) continue;
        module[key] = function (...args) {
          // Only the outermost call: what Node calls in turn is not the module's doing.
          if (!isInside) calls.push(name + '.' + key + ' ' + String(args[0]));
          const wasInside = isInside;
          isInside = true;
          try {
            return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
          } finally {
            isInside = wasInside;
          }
        };
        Object.assign(module[key], original);
        module[key].prototype = original.prototype;
      }
    }
    for (const key of ['setTimeout', 'setInterval', 'fetch', 'WebSocket']) {
      const original = globalThis[key];
      globalThis[key] = (...args) => { calls.push(key); return original(...args); };
    }
    syncBuiltinESMExports();
    const globals = Object.getOwnPropertyNames(globalThis);
    const environment = JSON.stringify(process.env);
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const listenersBefore = JSON.stringify(listeners());
    const resources = [];
    createHook({ init(id, type) { if (!/PROMISE|TickObject|Immediate|FSREQ|FILEHANDLE|FSREQPROMISE/.test(type)) resources.push(type); } }).enable();
    calls.length = 0;
    const imported = await import(process.argv[2]);
    await new Promise((resolve) => setImmediate(resolve));
    console.log(JSON.stringify({
      isThere: typeof imported.createMailer,
      calls,
      resources,
      active: process.getActiveResourcesInfo().filter((type) => !/Immediate|PipeWrap|FSReq/.test(type)),
      globals: Object.getOwnPropertyNames(globalThis).filter((name) => !globals.includes(name)),
      environment: JSON.stringify(process.env) === environment,
      listeners: JSON.stringify(listeners()) === listenersBefore,
    }));`;

  test('only reads its modules and leaves no handles or globals behind', async () => {
    const root = await makeProject({ 'package.json': packageJson('module'), 'watch.js': WATCH });
    const { stdout, stderr } = await node(root, 'watch.js', '@postern/core');
    const { calls, globals, ...rest } = JSON.parse(stdout) as { calls: string[]; globals: string[] };

    expect({ ...rest, stderr }).toEqual({
      isThere: 'function',
      resources: [],
      active: [],
      environment: true,
      listeners: true,
      stderr: '',
    });
    // Copies of zod share the first, and those of core-js, which Handlebars contains, the second.
    expect(globals.filter((name) => !/^__(?:zod_|core-js_shared__$)/.test(name))).toEqual([]);
    // Loading a CommonJS dependency reads its file through the public functions of node:fs.
    const isModuleFile = (call: string) =>
      /^fs\.(?:readFileSync|statSync|realpathSync|lstatSync|existsSync|toNamespacedPath) .*\/(?:node_modules|packages\/core)\/.*\.(?:c?js|mjs|json)$/.test(
        call,
      );
    expect(calls.filter((call) => !isModuleFile(call))).toEqual([]);
  });

  test('is checked by a test that detects other effects', async () => {
    const root = await makeProject({
      'package.json': packageJson('module'),
      'watch.js': WATCH,
      'guilty.js': `
        import { readdirSync } from 'node:fs';
        import { createServer } from 'node:net';
        readdirSync('.');
        createServer().listen(0, '127.0.0.1').unref();
        setTimeout(() => {}, 1000).unref();
        process.env.GUILTY = 'yes';
        process.on('exit', () => {});
        globalThis.guilty = true;`,
    });
    const { stdout } = await node(root, 'watch.js', './guilty.js');

    expect(JSON.parse(stdout)).toMatchObject({
      calls: expect.arrayContaining(['fs.readdirSync .', 'net.createServer undefined', 'setTimeout']),
      resources: expect.arrayContaining(['TCPSERVERWRAP', 'Timeout']),
      globals: ['guilty'],
      environment: false,
      listeners: false,
    });
  });

  test('needs only permission to read module files', async () => {
    const root = await makeProject({
      'package.json': packageJson('module'),
      'main.js': `
        import { parseRecipient } from '@postern/core';
        import { readFileSync } from 'node:fs';
        console.log(parseRecipient('ada@example.com'));
        try { readFileSync('/etc/hostname'); } catch (error) { console.log(error.code); }`,
    });
    const readable = [
      root,
      join(PACKAGE, 'dist'),
      join(PACKAGE, 'package.json'),
      join(PACKAGE, 'node_modules'),
      join(WORKSPACE, 'node_modules'),
    ];
    const { stdout } = await node(
      root,
      '--permission',
      ...readable.map((path) => `--allow-fs-read=${path}`),
      'main.js',
    );

    expect(stdout).toBe('ada@example.com\nERR_ACCESS_DENIED\n');
  });

  test('renders every kind of template where code generation from strings is not allowed', async () => {
    const root = await makeProject({
      'package.json': packageJson('module'),
      'main.js': `
        import { createMailer, inspectConnectorConfig } from '@postern/core';
        try { Function('return 1')(); } catch (error) { console.log(error.name); }
        const templates = [
          ['text/plain', '{{#each list as |item index|}}{{index}}{{item.name}}{{else}}none{{/each}} {{#if (eq code "1")}}a{{else if link}}b{{/if}}'],
          ['text/html', '<p {{#unless code}}hidden{{/unless}}>{{#with user}}{{name}}{{../code}}{{/with}}</p><a href="{{link}}">{{lookup list 0}}</a> {{duration 60 "en"}}'],
          ['text/html', '{{ {{code}}'],
        ].map(([contentType, content], index) => ({ usageType: 'T' + index, contentType, subject: '{{unlink code}}', content, sendFrom: '{{code}} <a@example.com>' }));
        inspectConnectorConfig({ host: 'localhost', port: 25, fromEmail: 'a@example.com', templates });
        const transport = { name: 'none', send: async () => {}, verify: async () => {}, close: async () => {} };
        const mailer = createMailer({ config: { fromEmail: 'a@example.com', templates }, transport, missingVariable: 'empty', brokenTemplate: 'text' });
        const payload = { code: '482913', link: 'https://example.com', user: { name: 'Ada' }, list: [{ name: 'x' }] };
        for (const { usageType: type } of templates) {
          const { html, text } = await mailer.render({ to: 'a@example.com', type, payload });
          console.log(html ?? '', text);
        }`,
    });
    const { stdout } = await node(root, '--disallow-code-generation-from-strings', 'main.js');

    expect(stdout.split('\n')).toEqual([
      'EvalError',
      ' 0x b',
      '<p >Ada482913</p><a href="https://example.com">[object Object]</a> 1 minute Ada482913',
      '',
      '[object Object] <https://example.com> 1 minute',
      '{{ 482913 {{ 482913',
      '',
    ]);
  });
});
