import type { Guide } from './guide.ts';

/** Runs the compiled tests of a guide as it says, and writes `results.json` to its folder. */
export const runJest = (guide: Guide): Promise<string> =>
  guide.run([
    '--experimental-vm-modules',
    guide.installed('jest/bin/jest.js'),
    ...['--config', guide.path('jest.config.json'), '--rootDir', guide.compiled('.')],
    ...[
      '--testTimeout',
      '60000',
      '--json',
      '--outputFile',
      guide.path('results.json'),
      '--cacheDirectory',
      guide.path('cache'),
    ],
  ]);
