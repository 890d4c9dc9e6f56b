import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const NEST_11 = fileURLToPath(new URL('packages/adapter-nestjs/nest11/node_modules', import.meta.url));

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'workspace',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/{src,web,e2e}/**/*.test.ts', 'scripts/*.test.ts'],
        },
      },
      {
        // The adapter for Nest again, with the oldest Nest that it is for.
        extends: true,
        resolve: { alias: [{ find: /^(?=@nestjs\/)/, replacement: `${NEST_11}/` }] },
        test: {
          name: 'nest 11',
          include: ['packages/adapter-nestjs/src/**/*.test.ts'],
          typecheck: { enabled: false },
        },
      },
    ],
    setupFiles: ['scripts/open-handles.ts'],
    // Every file in a process of its own, so that what one leaves behind is seen, and cannot reach the next.
    pool: 'forks',
    // On a busy machine everything takes long; what hangs still ends.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    isolate: true,
    dangerouslyIgnoreUnhandledErrors: false,
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.ts', 'apps/*/src/**/*.test-d.ts'],
      tsconfig: 'tsconfig.json',
    },
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results.json' },
  },
});
