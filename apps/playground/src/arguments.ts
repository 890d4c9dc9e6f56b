import { parseArgs } from 'node:util';

/** The port of the page without `--port`. */
export const DEFAULT_PORT = 4321;

export const HELP = `Try every part of Postern in a browser. Emails stay on this machine.

Usage: start [options]

  --config FILE       Use this connector config and its SMTP server, which sends real emails.
                      Default: a built-in config for mail servers on this machine.
                      Or set POSTERN_CONFIG. The option takes precedence.
  --smtp-url URL      Send real emails through this server, such as smtps://user:pass@smtp.example.com.
                      Or set POSTERN_SMTP_URL, which does not appear in the list of processes.
  --database-url URL  Keep the queue in this PostgreSQL database. Default: in memory.
                      Or set POSTERN_DATABASE_URL.
  --port PORT         Serve the page on this port, or on any free port with 0.
                      Default: ${DEFAULT_PORT}, or a free port if it is taken.
  --open              Open the page in the browser.
  --help              Show this help.

Exit codes: 0 stopped by Ctrl-C, 1 config or port not usable, 2 wrong arguments.
`;

/** The command line is not valid. The message explains why. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Arguments {
  readonly help: boolean;
  readonly configFile?: string;
  readonly smtpUrl?: string;
  readonly databaseUrl?: string;
  readonly open: boolean;
  readonly port?: number;
}

/** @throws {UsageError} */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  // Some runners pass on the dashes of `npm start -- --port 8080`.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { port, help = false, open = false, ...given } = parse(args);
  const configFile = choose('--config', 'a file name', given.config, env.POSTERN_CONFIG);
  const smtpUrl = choose('--smtp-url', 'a URL', given['smtp-url'], env.POSTERN_SMTP_URL);
  const databaseUrl = choose('--database-url', 'a URL', given['database-url'], env.POSTERN_DATABASE_URL);
  return {
    help,
    open,
    ...(configFile !== undefined && { configFile }),
    ...(smtpUrl !== undefined && { smtpUrl: readUrl('--smtp-url', ['smtp:', 'smtps:'], smtpUrl) }),
    ...(databaseUrl !== undefined && {
      databaseUrl: readUrl('--database-url', ['postgres:', 'postgresql:'], databaseUrl),
    }),
    ...(port !== undefined && { port: readPort(port) }),
  };
}

/** The option takes precedence over the variable. */
function choose(option: string, what: string, given: string | undefined, variable: string | undefined) {
  if (given === '') throw new UsageError(`${option} requires ${what}.`);
  return given ?? (variable || undefined);
}

/** The message never repeats the URL, which may contain a password. */
function readUrl(option: string, protocols: readonly string[], text: string): string {
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
  throw new UsageError(
    `${option} must be a URL that starts with ${protocols.map((each) => `${each}//`).join(' or ')}.`,
  );
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        config: { type: 'string' },
        'smtp-url': { type: 'string' },
        'database-url': { type: 'string' },
        port: { type: 'string' },
        open: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // The first sentence names the argument. The others explain positional arguments.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\.? To specify|\. /);
    throw new UsageError(`${sentence?.replace(/\.$/, '')}.`);
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError('--port must be a whole number from 0 to 65535.');
  return port;
}
