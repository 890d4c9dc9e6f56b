import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder('web'),
  publicDir: false,
  plugins: [react()],
  // The server replaces it with a new nonce for each response.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: folder('dist/web'),
    emptyOutDir: true,
    // These browsers support light-dark() and nesting.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // A data: URL would require a weaker policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
