import { defineConfig, type Options } from 'tsup';
import { thirdPartyLicenses } from '../../third-party-licenses.js';
import { definePackage } from '../../tsup.config.base.js';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** `src/libraries.ts` is not part of the bundle that imports it, but a file beside it. */
const librariesApart: Plugin = {
  name: 'libraries-apart',
  setup(build) {
    build.onResolve({ filter: /\/libraries\.js$/ }, () => ({ path: './libraries.js', external: true }));
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

/** What may be bundled. CONTRIBUTING.md says why it is. */
const LIBRARIES = [
  'handlebars',
  'html-to-text',
  'leven',
  'zod',
  // What html-to-text needs.
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

export default [
  definePackage(undefined, {
    // Only of its own: what is built below stays.
    clean: ['!libraries.js', '!THIRD-PARTY-LICENSES.txt'],
    esbuildPlugins: [librariesApart],
  }),
  defineConfig({
    entry: ['src/libraries.ts'],
    format: 'esm',
    target: 'node22',
    platform: 'node',
    minify: true,
    esbuildPlugins: [slimHandlebars, thirdPartyLicenses('dist', LIBRARIES)],
  }),
];
