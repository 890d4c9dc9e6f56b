import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from './arguments.js';

describe('readArguments', () => {
  it.each([
    [[], {}, { help: false, open: false }],
    [
      ['--config', 'a.json', '--port', '8080'],
      {},
      { help: false, open: false, configFile: 'a.json', port: 8080 },
    ],
    [['--', '--port=0'], {}, { help: false, open: false, port: 0 }],
    [[], { POSTERN_CONFIG: 'b.json' }, { help: false, open: false, configFile: 'b.json' }],
    [['--config=a.json'], { POSTERN_CONFIG: 'b.json' }, { help: false, open: false, configFile: 'a.json' }],
    [[], { POSTERN_CONFIG: '' }, { help: false, open: false }],
    [['-h'], {}, { help: true, open: false }],
  ])('reads %j with the variables %j', (argv, env, expected) => {
    expect(readArguments(argv, env)).toEqual(expected);
  });

  it.each([
    [['--color'], "Unknown option '--color'."],
    [['connector.json'], "Unexpected argument 'connector.json'."],
    [['--config'], "Option '--config <value>' argument missing."],
    [['--config='], '--config requires a file name.'],
    [['--port', 'http'], '--port must be a whole number from 0 to 65535.'],
    [['--port', '65536'], '--port must be a whole number from 0 to 65535.'],
    [['--port', ''], '--port must be a whole number from 0 to 65535.'],
  ])('rejects %j', (argv, message) => {
    expect(() => readArguments(argv, {})).toThrow(new UsageError(message));
  });
});
