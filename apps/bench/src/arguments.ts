import { parseArgs } from 'node:util';

export const help = (benches: readonly { name: string; title: string }[]): string =>
  `Compares Postern with its alternatives.

Usage: bench [NAME…] [--rounds N] [--quick]

${benches.map(({ name, title }) => `  ${name.padEnd(11)}  ${title}`).join('\n')}

  --rounds N   The number of measurements of each contestant (5).
  --quick      Few messages and one round, without writing RESULTS.md.
  --help       Show this.
`;

/** The command line is not valid. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Arguments {
  readonly help: boolean;
  /** The benches to run. @default all */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
}

/** @throws {UsageError} */
export function readArguments(argv: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no bench "${unknown}". Available: ${known.join(', ')}.`);
  const quick = values.quick ?? false;
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError('--rounds must be an integer of at least 1.');
  return {
    help: values.help ?? false,
    names: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known,
    rounds,
    quick,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      // Some runners pass on the dashes of `npm run bench -- --quick`.
      args: argv.filter((argument) => argument !== '--'),
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
