import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';
import { nodeVersionCheck } from '../../node-version-check.js';
import { thirdPartyLicenses } from '../../third-party-licenses.js';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const OWN_SOURCE = fileURLToPath(new URL('src/', import.meta.url));

/**
 * This package imports the host's zod 3, because Logto's console can show only its errors. All other packages use zod 4.
 */
const hostZod: Plugin = {
  name: 'host-zod',
  setup(build) {
    build.onResolve({ filter: /^zod$/ }, ({ path, importer }) =>
      importer.startsWith(OWN_SOURCE) ? { path, external: true } : undefined,
    );
  },
};

/** Everything that the bundle contains. CONTRIBUTING.md explains why only this package bundles. */
const BUNDLED = [
  'aws4fetch',
  'cockatiel',
  'fastest-levenshtein',
  'handlebars',
  'html-to-text',
  'nodemailer',
  'zod',
  // The dependencies of html-to-text.
  '@selderee/plugin-htmlparser2',
  'deepmerge-ts',
  'dom-serializer',
  'domelementtype',
  'domhandler',
  'domutils',
  'entities',
  'htmlparser2',
  'leac',
  'parseley',
  'peberminta',
  'selderee',
];

/**
 * Logto's CLI unpacks the package and installs nothing, so these files contain everything except the host's own packages,
 * which the host checks with `instanceof`. Transports are in separate files, which load with the first email.
 */
export default defineConfig({
  entry: ['src/index.ts'],
  outDir: 'lib',
  format: 'esm',
  dts: true,
  target: 'node22',
  platform: 'node',
  clean: true,
  splitting: true,
  removeNodeProtocol: false,
  // zod is a dependency here, so tsup would make it external for core as well.
  noExternal: [/^zod$/, /^@postern\//],
  esbuildPlugins: [hostZod, thirdPartyLicenses('lib', BUNDLED)],
  // CommonJS code in the bundle requires Node.js modules.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);\n${nodeVersionCheck}`,
  },
});
