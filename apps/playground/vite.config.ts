import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: folder('web'),
  publicDir: false,
  plugins: [react()],
  // The server writes a new nonce in its place for each request.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: folder('dist/web'),
    emptyOutDir: true,
    // What has light-dark() and nesting; nothing is rewritten for less.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    // A data: URL would need a wider policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
