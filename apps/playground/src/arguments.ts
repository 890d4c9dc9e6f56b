import { parseArgs } from 'node:util';

/** Where the page is served unless `--port` says otherwise. */
export const DEFAULT_PORT = 4321;

export const HELP = `The playground: everything of Postern, end to end, in a browser. Nothing leaves this machine.

Usage: start [options]

  --config FILE       Use this connector config, and its SMTP server: mail is really sent.
                      Without it, a built-in config sends to mail servers on this machine.
                      The variable POSTERN_CONFIG does the same; the option wins.
  --smtp-url URL      Really send through this server, such as smtps://user:pass@smtp.example.com.
                      The variable POSTERN_SMTP_URL does the same, and stays out of the list of processes.
  --database-url URL  Keep the queue in this PostgreSQL. Without it, in memory.
                      The variable POSTERN_DATABASE_URL does the same.
  --port PORT         Serve the page on this port, 0 for any free one.
                      Without it ${DEFAULT_PORT}, or a free one if that is taken.
  --open              Open the page in the browser.
  --help              Show this.

Exit codes: 0 stopped by Ctrl-C, 1 the config or the port can't be used, 2 wrong arguments.
`;

/** The command line is wrong; the message says how. */
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
  // `npm start -- --port 8080` is a habit; some runners pass the dashes on.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { port, help = false, open = false, ...given } = parse(args);
  const configFile = choose('--config', 'the name of a file', given.config, env.POSTERN_CONFIG);
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

/** What the option says, or else the variable. */
function choose(option: string, what: string, given: string | undefined, variable: string | undefined) {
  if (given === '') throw new UsageError(`${option} needs ${what}.`);
  return given ?? (variable || undefined);
}

/** Never repeated: there may be a password in it. */
function readUrl(option: string, protocols: readonly string[], text: string): string {
  if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
  throw new UsageError(
    `${option} needs a URL that begins with ${protocols.map((each) => `${each}//`).join(' or ')}.`,
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
