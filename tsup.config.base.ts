import { defineConfig } from 'tsup';

/** Every package builds the same way: ESM with declarations, from its public entries. */
export const definePackage = (entry: string[] = ['src/index.ts']) =>
  defineConfig({
    entry,
    format: 'esm',
    dts: true,
    target: 'node22',
    platform: 'node',
    clean: true,
    sourcemap: true,
  });
