import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/*.test.ts'],
    setupFiles: ['scripts/open-handles.ts'],
    // Every file in a process of its own, so that what one leaves behind is seen, and cannot reach the next.
    pool: 'forks',
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
