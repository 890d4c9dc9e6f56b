import { parseArgs } from 'node:util';

/** Where the page is served unless `--port` says otherwise. */
export const DEFAULT_PORT = 4321;

export const HELP = `Sends auth mail through the whole of Postern and shows what arrives, in a browser.

Usage: start [--config FILE] [--port PORT]

  --config FILE  Use this connector config, and its SMTP server: mail is really sent.
                 Without it, a built-in config sends to a mail trap on this machine.
                 The variable POSTERN_CONFIG does the same; the option wins.
  --port PORT    Serve the page on this port, 0 for any free one.
                 Without it ${DEFAULT_PORT}, or a free one if that is taken.
  --help         Show this.

Exit codes: 0 stopped by Ctrl-C, 1 the config or the port can't be used, 2 wrong arguments.
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Arguments {
  readonly help: boolean;
  readonly configFile?: string;
  readonly port?: number;
}

/** @throws {UsageError} */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  // `npm start -- --port 8080` is a habit; some runners pass the dashes on.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { config, port, help = false } = parse(args);
  if (config === '') throw new UsageError('--config needs the name of a file.');
  const configFile = config ?? (env.POSTERN_CONFIG || undefined);
  return {
    help,
    ...(configFile !== undefined && { configFile }),
    ...(port !== undefined && { port: readPort(port) }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Its first sentence names the argument, the rest is about programs that take files.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.? To specify|\. /);
    throw new UsageError(`${sentence?.replace(/\.$/, '')}.`);
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError('--port needs a whole number from 0 to 65535.');
  return port;
}
