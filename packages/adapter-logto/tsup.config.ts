import { defineConfig, type Options } from 'tsup';
import { thirdPartyLicenses } from './third-party-licenses.js';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

const OWN_SOURCE = new URL('src/', import.meta.url).pathname;

/**
 * Two zods live in this bundle's world: the host's zod 3, whose errors are the only ones that Logto's console can show,
 * and the zod 4 of `@postern/core`. Both are imported as `zod`; who asks decides which one it is.
 */
const hostZod: Plugin = {
  name: 'host-zod',
  setup(build) {
    build.onResolve({ filter: /^zod$/ }, ({ path, importer }) =>
      importer.startsWith(OWN_SOURCE) ? { path, external: true } : undefined,
    );
  },
};

/** The build of Handlebars without its `require` hook for files, and without source maps for templates. */
const slimHandlebars: Plugin = {
  name: 'slim-handlebars',
  setup(build) {
    build.onResolve({ filter: /^handlebars$/ }, ({ resolveDir, kind }) =>
      build.resolve('handlebars/dist/cjs/handlebars.js', { resolveDir, kind }),
    );
    build.onResolve({ filter: /^source-map$/ }, () => ({ path: 'none', namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Messages in forty languages: core writes its own, in English. */
const withoutZodLocales: Plugin = {
  name: 'without-zod-locales',
  setup(build) {
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]zod[\\/]/.test(importer) ? { path: 'none', namespace: 'none' } : undefined,
    );
  },
};

/**
 * Logto's CLI unpacks the package and installs nothing: everything has to be in this one file, except for what must be
 * the host's own, because the host looks at it with `instanceof`.
 */
export default defineConfig({
  entry: ['src/index.ts'],
  outDir: 'lib',
  format: 'esm',
  dts: true,
  target: 'node22',
  platform: 'node',
  clean: true,
  splitting: false,
  // Not left to the list of dependencies, where it would be external for core as well.
  noExternal: [/^zod$/, /^@postern\//],
  esbuildPlugins: [
    hostZod,
    slimHandlebars,
    withoutZodLocales,
    thirdPartyLicenses('lib/THIRD-PARTY-LICENSES.txt'),
  ],
  // CommonJS in the bundle asks for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
