/**
 * Generates src/layout.generated.ts from the files in layout/: inserts the partials, inlines the CSS, and turns Handlebars
 * tags into functions, so that `createTemplates` works where code generation from strings is not allowed. A backslash marks
 * the tags that remain in the template. Run it after every change to the layout:
 *
 *   npx --yes pnpm@12 --filter @postern/templates layout
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inline } from '@css-inline/css-inline';
import Handlebars from 'handlebars';

const readSource = (name: string) => readFile(new URL(`../layout/${name}`, import.meta.url), 'utf8');
const GENERATED = new URL('../src/layout.generated.ts', import.meta.url);

/** `light-card` → `{{light.card}}`: a name in CSS, and a value of the brand in Handlebars. */
const toVariables = (html: string) => html.replace(/\b(light|dark|brand)-([a-z]+)\b/gi, '{{$1.$2}}');

/** Reads a layout and inserts its partials, which are files with the same extension. */
async function readLayout(name: string): Promise<string> {
  let layout = await readSource(name);
  for (const [tag, partial] of layout.matchAll(/\{\{> (\w+)\}\}/g)) {
    const inserted = await readLayout(name.replace(/^\w+/, String(partial)));
    layout = layout.replace(tag, () => inserted.trimEnd());
  }
  return layout;
}

const squeezeCss = (css: string) =>
  css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{},;]) ?/g, '$1')
    .replace(/: /g, ':')
    // Two braces would open or close a Handlebars tag.
    .replaceAll('}}', '} }')
    .trim();

const styleOf = async (name: string) => `<style>${squeezeCss(await readSource(name))}</style>`;

export async function buildLayout(): Promise<string> {
  const html = (await readLayout('layout.html')).replace(
    '<link rel="stylesheet" href="inlined.css">',
    await styleOf('inlined.css'),
  );
  const inlined = inline(html, { minifyCss: true })
    .replace('<!-- kept.css -->', await styleOf('kept.css'))
    .replace('<!-- dark-logo.css -->', `{{#if brand.darkLogoUrl}}${await styleOf('dark-logo.css')}{{/if}}`)
    .replace(/\n\s*\n/g, '\n')
    .replace(/[^\n -~]/g, (char) => `&#${char.codePointAt(0)};`);
  return [
    '// Generated from layout/ by scripts/build-layout.ts. Do not edit it.',
    "import type { LayoutValues } from './layout-values.js';",
    '',
    toFunction('layoutHtml', `${toVariables(inlined).trim()}\n`),
    toFunction('layoutText', await readLayout('layout.txt')),
  ].join('\n');
}

/** Converts a Handlebars template of variables, `{{#if}}`, and `{{#each}}` blocks to a function. */
const toFunction = (name: string, template: string): string =>
  `export function ${name}(values: LayoutValues): string {\n  return ${toLiteral(Handlebars.parse(template), 'values')};\n}\n`;

/** @param scope - the name of the object with the variables. A path of several names is always one of the whole layout */
const toLiteral = (program: hbs.AST.Program | undefined, scope: string): string =>
  `\`${(program?.body ?? []).map((node) => toPart(node, scope)).join('')}\``;

function toPart(node: hbs.AST.Statement, scope: string): string {
  switch (node.type) {
    case 'ContentStatement':
      return (node as hbs.AST.ContentStatement).value.replace(/[\\`]|\$(?=\{)/g, '\\$&');
    case 'MustacheStatement':
      return `\${${toProperty((node as hbs.AST.MustacheStatement).path, scope)}}`;
    case 'BlockStatement': {
      const { path, params, program, inverse } = node as hbs.AST.BlockStatement;
      const block = 'original' in path ? path.original : '';
      const subject = toProperty(params[0], scope);
      if (block === 'if')
        return `\${${subject} ? ${toLiteral(program, scope)} : ${inverse ? toLiteral(inverse, scope) : "''"}}`;
      if (block === 'each') return `\${${subject}.map((item) => ${toLiteral(program, 'item')}).join('')}`;
    }
  }
  throw new Error(
    `The layout contains a ${node.type} in line ${node.loc.start.line}, which is not supported.`,
  );
}

function toProperty(expression: hbs.AST.Expression | undefined, scope: string): string {
  if (expression?.type !== 'PathExpression') throw new Error('The layout may only use variables.');
  const { parts } = expression as hbs.AST.PathExpression;
  return [parts.length > 1 ? 'values' : scope, ...parts].join('.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(GENERATED, await buildLayout());
