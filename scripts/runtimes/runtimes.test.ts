/** Runs the built packages in every runtime that they support, and compares the results with those of this process. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ApiTrap, startApiTrap } from '@postern/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleWorker } from './bundle-worker.ts';
import { commandOf } from './command.ts';
import { type Environment, situations } from './situations.ts';
import { serveWorker } from './workerd.ts';

const execute = promisify(execFile);

type Results = Readonly<Record<string, unknown>>;

/** Runs the bundle and prints the results. */
const createRunner = (env: Environment) =>
  `import worker from './worker.mjs';
const context = { waitUntil() {} }; // The process ends after its last request.
const response = await worker.fetch(new Request('http://localhost'), ${JSON.stringify(env)}, context);
console.log(await response.text());
`;

const runWith =
  (program: string, ...args: string[]) =>
  async (folder: string): Promise<Results> => {
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };
    const { stdout } = await execute(program, [...args, 'runner.mjs'], { cwd: folder, env });
    return JSON.parse(stdout);
  };

const RUNTIMES: Readonly<Record<string, (folder: string, env: Environment) => Promise<Results>>> = {
  async workerd(folder, env) {
    const later = { LATER_TO: 'workerd@example.com' };
    await using worker = await serveWorker(join(folder, 'worker.mjs'), {
      env: { ...env, ...later },
      internet: env.API_URL,
    });
    const response = await fetch(worker.origin, { headers: { Connection: 'close' } });
    const results = (await response.json()) as Results;
    await trap.inbox.waitForEmail(later.LATER_TO);
    return results;
  },
  // Without other permissions.
  Deno: runWith(commandOf('deno'), 'run', '--allow-net=127.0.0.1', '--no-config', '--no-remote'),
  Bun: runWith(commandOf('bun'), 'run'),
  'Node.js without code generation': runWith(process.execPath, '--disallow-code-generation-from-strings'),
};

let folder = '';
let trap: ApiTrap;
let expected: Results;
let results: ReadonlyMap<string, Results | Error>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-runtimes-'));
  await bundleWorker(fileURLToPath(new URL('worker.ts', import.meta.url)), join(folder, 'worker.mjs'));
  trap = await startApiTrap();
  const env = { API_URL: trap.url, LATER_TO: 'later@example.com' };
  await writeFile(join(folder, 'runner.mjs'), createRunner(env));
  results = new Map(
    await Promise.all(
      Object.entries(RUNTIMES).map(
        async ([name, run]) => [name, await run(folder, env).catch((error: Error) => error)] as const,
      ),
    ),
  );
  const sendings: Promise<unknown>[] = [];
  const context = { waitUntil: (sending: Promise<unknown>) => void sendings.push(sending) };
  expected = Object.fromEntries(
    await Promise.all(
      Object.entries(situations).map(async ([name, run]) => [name, await run(env, context)] as const),
    ),
  );
  await Promise.all(sendings);
});
afterAll(async () => {
  await trap.close();
  await rm(folder, { recursive: true });
});

test('the situations work in this process', () => {
  expect(expected).toMatchObject({
    'renders a plain template': { subject: 'Code 482913', text: 'It is 482913.' },
    'renders blocks and derives the text': {
      subject: 'A & B',
      text: expect.stringContaining(' * Copy\n * Paste'),
    },
    'renders from right to left': { html: expect.stringContaining('dir="rtl"') },
    'sends the link of Auth.js': {
      sent: ['de', 'https://acme.example/callback?token=t'],
      refused: 'email_address_rejected',
    },
    'issues and checks a code': {
      wrong: 'code_incorrect',
      verified: 'ada@example.com',
      again: 'code_incorrect',
    },
    'issues and consumes a link': { consumed: 'bob@example.com', again: 'not_found' },
    'serves codes': [204, 400, expect.anything(), 200, { method: 'code' }],
    'serves links': [200, expect.anything(), 200, { method: 'link' }],
    'protects links': [200, true, true, 200, true],
    'serves authorized routes': [200, 200, true, 401],
    'sends after the response': 204,
    'sends through the API of a provider': { accepted: 'ada@example.com', attempts: 1 },
  });
});

describe.each(Object.keys(RUNTIMES))('%s', (runtime) => {
  test.each(Object.keys(situations))('%s', (situation) => {
    const outcome = results.get(runtime);
    if (outcome instanceof Error) throw outcome;
    expect(outcome?.[situation]).toEqual(expected[situation]);
  });
});

test('every runtime sent an email to the API, and one after a response', () => {
  expect(trap.inbox.messages).toHaveLength(2 * (Object.keys(RUNTIMES).length + 1));
});
