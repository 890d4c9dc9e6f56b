import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const VITEST = fileURLToPath(new URL('../vitest.mjs', import.meta.resolve('vitest')));
const CONFIG = fileURLToPath(new URL('./fixtures/seeded-properties/vitest.config.ts', import.meta.url));

/** Runs a failing property with the settings of the workspace and returns the output. */
const failingProperty = (seed?: string) =>
  new Promise<{ output: string; seed: string | undefined; counterexample: string | undefined }>((resolve) => {
    const { POSTERN_SEED: _, ...rest } = process.env;
    const env = { ...rest, NO_COLOR: '1', ...(seed !== undefined && { POSTERN_SEED: seed }) };
    execFile(process.execPath, [VITEST, 'run', '--config', CONFIG], { env }, (_error, stdout, stderr) => {
      const output = stdout + stderr;
      resolve({
        output,
        seed: /seed: (-?\d+)/.exec(output)?.[1],
        counterexample: /Counterexample: (.+)/.exec(output)?.[1],
      });
    });
  });

test('a property uses the same values in every run and prints its seed if it fails', async () => {
  const one = await failingProperty();
  expect(one.seed).toBeDefined();
  expect(one.counterexample).toBeDefined();
  expect(await failingProperty()).toMatchObject({ seed: one.seed, counterexample: one.counterexample });
});

test('POSTERN_SEED determines the values', async () => {
  const one = await failingProperty('42');
  const other = await failingProperty('43');
  expect([one.seed, other.seed]).toEqual(['42', '43']);
  expect(one.counterexample).not.toBe(other.counterexample);
});

test('a run with random values prints the seed to reproduce them', async () => {
  const random = await failingProperty('random');
  expect(random.seed).not.toBe((await failingProperty()).seed);
  const again = await failingProperty(random.seed);
  expect(again).toMatchObject({ seed: random.seed, counterexample: random.counterexample });
});

test('a seed that is not a number is an error', async () => {
  const { output } = await failingProperty('yesterday');
  expect(output).toContain('POSTERN_SEED must be "random" or an integer, received "yesterday".');
});
