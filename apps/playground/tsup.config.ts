import { defineConfig } from 'tsup';

// No package imports an app, so it needs no declarations.
export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  target: 'node22',
  platform: 'node',
  clean: true,
  sourcemap: true,
  removeNodeProtocol: false,
});
