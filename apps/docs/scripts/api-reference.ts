/** Writes the API reference: a page for each entry of the packages, made from the declarations that they publish. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, PageEvent } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';
import ts from 'typescript';
import { z } from 'zod';

const WORKSPACE = fileURLToPath(new URL('../../..', import.meta.url));
const OUT = fileURLToPath(new URL('../api', import.meta.url));

const types = z.object({ types: z.string() });
const manifestSchema = z.object({
  name: z.string(),
  private: z.boolean().optional(),
  exports: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

/** The declarations of every entry of a package, by the name that it is imported by. */
function entriesOf(folder: string): { displayName: string; path: string }[] {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  if (manifest.private || typeof manifest.exports === 'string') return [];
  return Object.entries(manifest.exports).flatMap(([entry, conditions]) => {
    const found =
      types.safeParse(conditions).data ?? z.object({ import: types }).safeParse(conditions).data?.import;
    const displayName = join(manifest.name, entry);
    return found ? [{ displayName, path: join(folder, found.types) }] : [];
  });
}

const packages = join(WORKSPACE, 'packages');
const entries = readdirSync(packages).flatMap((name) => entriesOf(join(packages, name)));

const markdown: Partial<PluginOptions> = {
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  sanitizeComments: true,
  // Short pages: without them, each property has a heading.
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
};
const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: entries.map(({ path }) => path),
  outputs: [{ name: 'markdown', path: OUT }],
  readme: 'none',
  excludeExternals: true,
  maxTypeConversionDepth: 3,
  disableSources: true,
  disableGit: true,
  skipErrorChecking: true,
  logLevel: 'Warn',
  ...markdown,
});
const program = ts.createProgram(
  entries.map(({ path }) => path),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2024, skipLibCheck: true, types: ['node'] },
);
const project = app.converter.convert(
  entries.map(({ displayName, path }) => {
    const sourceFile = program.getSourceFile(path);
    if (!sourceFile) throw new Error(`${path} does not exist: build the packages first.`);
    return { displayName, program, sourceFile };
  }),
);
// VitePress replaces underscores in the ids of headings.
app.renderer.on(PageEvent.END, (page) => {
  page.contents = page.contents?.replace(/(?<=\]\([^)\s]*#)[\w-]+(?=\))/g, (id) => id.replaceAll('_', '-'));
});
await app.generateOutputs(project);
