import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import { nodeVersionCheck } from './node-version-check.js';
import { thirdPartyLicenses } from './third-party-licenses.js';

const POSTGRES = fileURLToPath(new URL('packages/postgres/src/index.ts', import.meta.url));

/** Every package builds the same way: ESM with declarations, from its public entries. */
export const definePackage = (
  entry: string[] = ['src/index.ts'],
  { esbuildPlugins = [] }: Pick<Options, 'esbuildPlugins'> = {},
) =>
  defineConfig({
    entry,
    format: 'esm',
    // The private package is bundled, and so are its types.
    dts: { compilerOptions: { paths: { '@postern/postgres': [POSTGRES] } } },
    target: 'node22',
    platform: 'node',
    clean: true,
    sourcemap: true,
    // Runtimes other than Node.js know its modules only with the prefix.
    removeNodeProtocol: false,
    banner: { js: nodeVersionCheck },
    // npm installs the dependencies. Of other packages, only private ones of the workspace are bundled.
    esbuildPlugins: [...esbuildPlugins, thirdPartyLicenses('dist', [])],
  });
