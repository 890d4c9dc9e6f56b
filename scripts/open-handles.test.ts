import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const VITEST = fileURLToPath(new URL('../vitest.mjs', import.meta.resolve('vitest')));
const CONFIG = fileURLToPath(new URL('./fixtures/open-handles/vitest.config.ts', import.meta.url));

/** Runs one fixture in a separate vitest with the settings of the workspace. */
const runFixture = (name: string) =>
  new Promise<{ exitCode: number; output: string }>((resolve) => {
    const args = [VITEST, 'run', '--config', CONFIG, `${name}.fixture.ts`];
    execFile(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });

test('a file that closes its handles passes', async () => {
  const { exitCode, output } = await runFixture('clean');
  expect(output).toContain('4 passed');
  expect(exitCode).toBe(0);
});

test.each([
  ['a listening server', 'server', ['a listening TCP server open (TCPServerWrap)', '--detectAsyncLeaks']],
  ['an interval', 'interval', ['a timer open (Timeout)', 'interval.fixture.ts:4:3']],
  [
    'a child process',
    'child-process',
    ['a child process open (ProcessWrap)', 'child-process.fixture.ts:6:3'],
  ],
  ['an unhandled rejection', 'rejection', ['Unhandled Rejection', 'This rejection is not handled']],
  ['a late exception', 'late-exception', ['Uncaught Exception', 'This error is not caught']],
])('a file that leaves %s fails even if its test passes', async (_what, fixture, messages) => {
  const { exitCode, output } = await runFixture(fixture);
  expect(output).toMatch(/Tests\s+1 passed/);
  for (const message of messages) expect(output).toContain(message);
  expect(exitCode).toBe(1);
});
