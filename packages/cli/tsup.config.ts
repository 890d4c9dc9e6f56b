import { defineConfig } from 'tsup';

// Nobody imports a command, so it has no declarations.
export default defineConfig({
  entry: ['src/main.ts', 'src/postern.ts'],
  format: 'esm',
  target: 'node22',
  platform: 'node',
  clean: true,
  sourcemap: true,
});
