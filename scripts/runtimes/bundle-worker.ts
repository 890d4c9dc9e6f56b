import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** The size of a bundle in bytes. */
export interface BundleSize {
  readonly raw: number;
  readonly gzip: number;
}

/**
 * Bundles a Worker with its dependencies into one ES module, with the settings of wrangler, and minifies it.
 *
 * @param file - the file to write
 * @throws Error if the bundler reports an error or a warning
 */
export async function bundleWorker(entry: string, file: string): Promise<BundleSize> {
  const { warnings, outputFiles } = await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
    // Imports of chunks that the build of a package writes. In node_modules, esbuild does not report them.
    logOverride: { 'ignored-bare-import': 'silent' },
    write: false,
  });
  const [warning] = warnings;
  if (warning) throw new Error(warning.text);
  const [{ contents }] = outputFiles as [(typeof outputFiles)[number]]; // one entry, one file
  await writeFile(file, contents);
  return { raw: contents.byteLength, gzip: gzipSync(contents).byteLength };
}
