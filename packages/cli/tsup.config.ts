import { defineConfig } from 'tsup';

// No declarations, because a command is not imported.
export default defineConfig({
  entry: ['src/main.ts', 'src/postern.ts'],
  format: 'esm',
  target: 'node22',
  platform: 'node',
  clean: true,
  sourcemap: true,
  removeNodeProtocol: false,
});
