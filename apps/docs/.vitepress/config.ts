import { defineConfig } from 'vitepress';
import { readApiPages } from './api-pages.ts';
import { folderScript } from './folder-script.ts';
import { readGuides } from './guides.ts';

// `DOCS_BASE=/postern/` for a site that is not at the root of its host.
const base = process.env.DOCS_BASE ?? '/';

export default defineConfig({
  title: 'Postern',
  description: 'The auth-mail toolkit for TypeScript: sign-in codes, links and notices by email.',
  base,
  transformHead: ({ page }) => [['script', {}, folderScript(base, page)]],
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  srcExclude: ['README.md'],
  cleanUrls: false,
  lastUpdated: false,
  // A dead link ends the build.
  ignoreDeadLinks: false,
  // VitePress 1 has an esbuild that does not know the target of our tsconfig.
  vite: { esbuild: { tsconfigRaw: { compilerOptions: { target: 'es2022' } } } },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config({ renderer: { rules }, utils }) {
      // `{{code}}` is a placeholder of a template, not of Vue.
      rules.code_inline = (tokens, index) =>
        `<code v-pre>${utils.escapeHtml(tokens[index]?.content ?? '')}</code>`;
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Get started', link: '/guides/get-started' },
      { text: 'Guides', link: '/guides/' },
      { text: 'API', link: '/api/' },
      { text: 'Compare', link: '/compare' },
    ],
    sidebar: {
      '/api/': [{ text: 'API reference', items: readApiPages() }],
      '/': [
        {
          text: 'Start here',
          items: [
            { text: 'Get started', link: '/guides/get-started' },
            { text: 'All guides', link: '/guides/' },
            { text: 'Packages', link: '/packages' },
            { text: 'Provider APIs', link: '/provider-apis' },
            { text: 'Compare', link: '/compare' },
            { text: 'API reference', link: '/api/' },
          ],
        },
        ...readGuides().map(({ text, items }) => ({ text, items: [...items] })),
      ],
    },
  },
});
