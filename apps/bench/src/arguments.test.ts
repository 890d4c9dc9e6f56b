import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from './arguments.ts';

const KNOWN = ['speed', 'size'];
const DEFAULTS = { help: false, names: KNOWN, rounds: 5, quick: false };

describe('readArguments', () => {
  it.each([
    [[], {}],
    [['size'], { names: ['size'] }],
    [['size', 'speed'], { names: KNOWN }],
    [['--', 'size', '--rounds', '7'], { names: ['size'], rounds: 7 }],
    [['--quick'], { quick: true, rounds: 1 }],
    [['--quick', '--rounds=2'], { quick: true, rounds: 2 }],
    [['-h'], { help: true }],
  ])('%j', (argv, expected) => {
    expect(readArguments(argv, KNOWN)).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([
    [['weight'], 'There is no bench "weight". Available: speed, size.'],
    [['--rounds', '0'], '--rounds must be an integer of at least 1.'],
    [['--rounds', 'many'], '--rounds must be an integer of at least 1.'],
    [['--slow'], "Unknown option '--slow'"],
  ])('refuses %j', (argv, message) => {
    expect(() => readArguments(argv, KNOWN)).toThrow(UsageError);
    expect(() => readArguments(argv, KNOWN)).toThrow(message);
  });
});
