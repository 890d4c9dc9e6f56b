import { parseArgs } from 'node:util';

export const help = (benches: readonly { name: string; title: string }[]): string =>
  `Measures Postern side by side with what users would pick instead.

Usage: bench [NAME…] [--rounds N] [--quick]

${benches.map(({ name, title }) => `  ${name.padEnd(11)}  ${title}`).join('\n')}

  --rounds N   How many times each contestant is measured (5).
  --quick      Few messages, one round, nothing written to RESULTS.md: to try something out.
  --help       Show this.
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Arguments {
  readonly help: boolean;
  /** Which benches to run: all of them, unless some were named. */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly quick: boolean;
}

/** @throws {UsageError} */
export function readArguments(argv: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no bench "${unknown}": ${known.join(', ')}.`);
  const quick = values.quick ?? false;
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds needs a number, 1 or more.');
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
      // `npm run bench -- --quick` is a habit; some runners pass the dashes on.
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
