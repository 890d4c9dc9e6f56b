import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Postern',
  description: 'The auth-mail toolkit for TypeScript: sign-in codes, links and notices by email.',
  // `DOCS_BASE=/postern/` for a site that is not at the root of its host.
  base: process.env.DOCS_BASE ?? '/',
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  srcExclude: ['README.md'],
  cleanUrls: false,
  lastUpdated: false,
  // A dead link ends the build.
  ignoreDeadLinks: false,
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Get started', link: '/guides/get-started' },
      { text: 'Guides', link: '/guides/' },
      { text: 'Packages', link: '/packages' },
    ],
    sidebar: [
      {
        text: 'Start here',
        items: [
          { text: 'Get started', link: '/guides/get-started' },
          { text: 'All guides', link: '/guides/' },
          { text: 'Packages', link: '/packages' },
        ],
      },
      {
        text: 'Frameworks',
        items: [
          { text: 'Express', link: '/guides/express' },
          { text: 'Hono', link: '/guides/hono' },
          { text: 'Fastify', link: '/guides/fastify' },
          { text: 'Next.js', link: '/guides/nextjs' },
        ],
      },
      {
        text: 'Auth systems',
        items: [
          { text: 'Better Auth', link: '/guides/better-auth' },
          { text: 'Logto in Docker', link: '/guides/logto-docker' },
        ],
      },
      {
        text: 'Providers',
        items: [
          { text: 'Gmail', link: '/guides/gmail' },
          { text: 'Amazon SES', link: '/guides/amazon-ses' },
          { text: 'Aliyun DirectMail', link: '/guides/aliyun-directmail' },
        ],
      },
      {
        text: 'Content',
        items: [
          { text: 'Add or change a language', link: '/guides/languages' },
          { text: 'Write your own templates', link: '/guides/write-templates' },
          { text: 'Keep codes out of subjects', link: '/guides/codes-in-subjects' },
          { text: 'React Email and MJML', link: '/guides/react-email-mjml' },
        ],
      },
      {
        text: 'Operations',
        items: [
          { text: 'Test emails in CI', link: '/guides/testing' },
          { text: 'When a provider is down', link: '/guides/provider-down' },
          { text: 'Rotate keys', link: '/guides/rotate-keys' },
        ],
      },
      {
        text: 'Migrate',
        items: [{ text: 'From nodemailer', link: '/guides/migrate-from-nodemailer' }],
      },
    ],
  },
});
