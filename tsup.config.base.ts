import { defineConfig, type Options } from 'tsup';
import { nodeVersionCheck } from './node-version-check.js';
import { thirdPartyLicenses } from './third-party-licenses.js';

/** Every package builds the same way: ESM with declarations, from its public entries. */
export const definePackage = (
  entry: string[] = ['src/index.ts'],
  { esbuildPlugins = [] }: Pick<Options, 'esbuildPlugins'> = {},
) =>
  defineConfig({
    entry,
    format: 'esm',
    dts: true,
    target: 'node22',
    platform: 'node',
    clean: true,
    sourcemap: true,
    banner: { js: nodeVersionCheck },
    // npm installs the dependencies; none of them is bundled.
    esbuildPlugins: [...esbuildPlugins, thirdPartyLicenses('dist', [])],
  });
