/**
 * Generates src/layout.generated.ts from the files in layout/: inserts the partials and inlines the CSS, so that neither
 * happens when an email is sent. Run it after every change to the layout:
 *
 *   npx --yes pnpm@12 --filter @postern/templates layout
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inline } from '@css-inline/css-inline';

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
    `export const HTML_LAYOUT = String.raw\`${toVariables(inlined).trim()}\n\`;`,
    '',
    `export const TEXT_LAYOUT = String.raw\`${text ?? ''}\`;`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(GENERATED, await buildLayout());
