import { defineConfig, type Options } from 'tsup';
import { thirdPartyLicenses } from '../../third-party-licenses.js';
import { definePackage } from '../../tsup.config.base.js';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** `src/nodemailer.ts` is not part of the bundle that imports it: `imports` in package.json says which build of it is. */
const nodemailerApart: Plugin = {
  name: 'nodemailer-apart',
  setup(build) {
    build.onResolve({ filter: /\/nodemailer\.js$/ }, ({ path }) => ({
      path: path.replace(/^.*\/(.*)\.js$/, '#$1'),
      external: true,
    }));
  },
};

export default [
  definePackage(undefined, {
    // Only of its own: what is built below stays.
    clean: ['!nodemailer*'],
    esbuildPlugins: [nodemailerApart],
  }),
  defineConfig({
    entry: ['src/nodemailer.ts'],
    format: ['esm', 'cjs'],
    target: 'node22',
    platform: 'node',
    esbuildPlugins: [thirdPartyLicenses('dist', [])],
  }),
];
