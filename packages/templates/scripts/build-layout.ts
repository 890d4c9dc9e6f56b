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

/** `light-card` → `{{light.card}}`: a name in CSS, and a color of the brand in Handlebars. */
const toVariables = (html: string) => html.replace(/\b(light|dark)-([a-z]+)\b/gi, '{{$1.$2}}');

const squeezeCss = (css: string) =>
  css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{},;]) ?/g, '$1')
    .replace(/: /g, ':')
    // Two braces would open or close a Handlebars tag.
    .replaceAll('}}', '} }')
    .trim();

export async function buildLayout(): Promise<string> {
  const [layout, inlinedCss, keptCss, text] = await Promise.all(
    ['layout.html', 'inlined.css', 'kept.css', 'layout.txt'].map(readSource),
  );
  let html = layout ?? '';
  for (const [tag, name] of html.matchAll(/\{\{> (\w+)\}\}/g))
    html = html.replace(tag, await readSource(`${name}.html`));
  html = html.replace(
    '<link rel="stylesheet" href="inlined.css">',
    `<style>${squeezeCss(inlinedCss ?? '')}</style>`,
  );
  const inlined = inline(html, { minifyCss: true })
    .replace('<!-- kept.css -->', `<style>${squeezeCss(keptCss ?? '')}</style>`)
    .replace(/\n\s*\n/g, '\n')
    .replace(/[^\n -~]/g, (char) => `&#${char.codePointAt(0)};`);
  return [
    '// Generated from layout/ by scripts/build-layout.ts. Do not edit it.',
    "import type { LayoutValues } from './layout-values.js';",
    '',
    toFunction('layoutHtml', `${toVariables(inlined).trim()}\n`),
    toFunction('layoutText', text ?? ''),
  ].join('\n');
}

/** Converts a Handlebars template of variables and `{{#if}}` blocks to a function. */
const toFunction = (name: string, template: string): string =>
  `export function ${name}(values: LayoutValues): string {\n  return ${toLiteral(Handlebars.parse(template))};\n}\n`;

const toLiteral = (program: hbs.AST.Program | undefined): string =>
  `\`${(program?.body ?? []).map(toPart).join('')}\``;

function toPart(node: hbs.AST.Statement): string {
  switch (node.type) {
    case 'ContentStatement':
      return (node as hbs.AST.ContentStatement).value.replace(/[\\`]|\$(?=\{)/g, '\\$&');
    case 'MustacheStatement':
      return `\${${toProperty((node as hbs.AST.MustacheStatement).path)}}`;
    case 'BlockStatement': {
      const { path, params, program, inverse } = node as hbs.AST.BlockStatement;
      if ('original' in path && path.original === 'if')
        return `\${${toProperty(params[0])} ? ${toLiteral(program)} : ${inverse ? toLiteral(inverse) : "''"}}`;
    }
  }
  throw new Error(
    `The layout contains a ${node.type} in line ${node.loc.start.line}, which is not supported.`,
  );
}

function toProperty(expression: hbs.AST.Expression | undefined): string {
  if (expression?.type !== 'PathExpression') throw new Error('The layout may only use variables.');
  return ['values', ...(expression as hbs.AST.PathExpression).parts].join('.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(GENERATED, await buildLayout());
