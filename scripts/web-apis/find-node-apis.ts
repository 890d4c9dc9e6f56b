import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Names that exist only in Node.js, and code generation from strings, which workerd forbids. */
const FORBIDDEN = [
  ...['Buffer', 'process', 'global', '__dirname', '__filename', 'setImmediate', 'clearImmediate'],
  ...['eval', 'Function'],
];

/** The uses of a name in libraries that do no harm in other runtimes. */
const HARMLESS = [
  // Catches the error, and then works without generated code.
  { file: /node_modules\/zod\//, name: 'Function' },
  // Only if `atob` does not exist.
  { file: /node_modules\/entities\//, name: 'Buffer' },
  // Only if `performance` does not exist.
  { file: /node_modules\/cockatiel\//, name: 'process' },
];

const MARK = 'FORBIDDEN_';

/**
 * A marked name, or `require` of a module that is unknown when the code is bundled. Uses of `Function` for `instanceof` or for
 * its prototype generate no code.
 */
const USE = /(?<!instanceof )\bFORBIDDEN_(?<name>\w+)\b(?!\.prototype)|\b__require\b(?! = |\("|\(\) \{)/g;

/** What a check needs to know about an entry. */
interface Entry {
  /** The built file. */
  file: string;
  /** The workspace packages that the entry may import. They are checked separately. */
  allowedPackages: readonly string[];
  /** Packages that the application chooses, such as the library of an adapter. Their files are not checked. */
  hosts?: readonly string[];
}

/**
 * Bundles an entry with its dependencies from npm, and finds everything that exists only in Node.js: builtin modules,
 * with or without `node:`, and free names such as `Buffer`.
 *
 * @returns one line for each problem, with the file
 */
export async function findNodeApis({ file, allowedPackages, hosts = [] }: Entry): Promise<string[]> {
  const problems = new Set<string>();
  const root = dirname(file);

  const imports: Plugin = {
    name: 'imports',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point') return undefined;
        const isHost = hosts.some((name) => path === name || path.startsWith(`${name}/`));
        if (isHost) return { path, external: true };
        if (isBuiltin(path)) problems.add(`${shorten(importer)} imports ${path}`);
        else if (!path.startsWith('@postern/')) return undefined;
        else if (!allowedPackages.includes(path)) problems.add(`${shorten(importer)} imports ${path}`);
        return { path, external: true };
      });
    },
  };

  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    define: Object.fromEntries(FORBIDDEN.map((name) => [name, `${MARK}${name}`])),
    plugins: [imports],
    logLevel: 'silent',
  });

  // A comment with its path precedes each file.
  const files = new Set(Object.keys(metafile.inputs));
  let current = file;
  for (const line of (outputFiles[0]?.text ?? '').split('\n')) {
    const path = /^\s*\/\/ (.+)$/.exec(line)?.[1];
    if (path !== undefined && files.has(path)) current = join(root, path);
    for (const { groups } of line.matchAll(USE)) {
      const name = groups?.name ?? 'require';
      if (!HARMLESS.some((use) => use.name === name && use.file.test(current)))
        problems.add(`${shorten(current)} uses ${name}`);
    }
  }
  return [...problems];
}

/** The path in its package: `zod/v4/core/util.js`. */
const shorten = (file: string) => file.replace(/^.*\/(?:node_modules|packages)\//, '');

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url));

/** The built ES modules of the entries of a package, by name: `@postern/templates/files`. */
export function entriesOf(folder: string): Map<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));
  const entries = Object.entries<string | { import: { default: string } }>(exports);
  return new Map(
    entries.flatMap(([path, target]): [string, string][] =>
      typeof target === 'string' ? [] : [[join(name, path), join(PACKAGES, folder, target.import.default)]],
    ),
  );
}

/** The peer dependencies of a package. */
export const peersOf = (folder: string): string[] =>
  Object.keys(
    JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8')).peerDependencies ?? {},
  );
