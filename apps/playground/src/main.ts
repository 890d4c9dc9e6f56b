import { DEFAULT_PORT, HELP, readArguments, UsageError } from './arguments.js';
import { readConfigFile } from './config-file.js';
import { formatIssues } from './issue-list.js';
import { isPortTaken } from './listen.js';
import { type Playground, startPlayground } from './playground.js';
import { ProblemError } from './problem.js';

/**
 * In milliseconds. Runners such as npm forward the signal that the terminal also sends, which is not a second
 * Ctrl-C.
 */
const SAME_SIGNAL = 250;

const print = (line: string) => void process.stdout.write(`${line}\n`);

function fail(message: string, exitCode: number): void {
  process.stderr.write(message.endsWith('\n') ? message : `${message}\n`);
  process.exitCode = exitCode;
}

async function main(): Promise<void> {
  const { help, configFile, smtpUrl, databaseUrl, port, open } = readArguments(
    process.argv.slice(2),
    process.env,
  );
  if (help) return void process.stdout.write(HELP);

  const file = configFile ?? 'the built-in config';
  try {
    const playground = await startPlayground({
      ...(configFile !== undefined && { config: { file, text: await readConfigFile(configFile) } }),
      ...{ smtpUrl, databaseUrl },
      variables: process.env,
      port: port ?? DEFAULT_PORT,
      orFreePort: port === undefined,
      print,
      onIssues: (issues) => void process.stderr.write(formatIssues(file, issues)),
    });
    closeOnSignal(playground);
    print(`Postern playground: ${playground.url}`);
    print(open ? 'Press Ctrl-C to stop.' : 'Open it in a browser. Press Ctrl-C to stop.');
    if (open) await (await import('open')).default(playground.url);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.issues)
      return fail(formatIssues(file, error.problem.issues), 1);
    if (isPortTaken(error)) return fail(`Port ${port} is not available. Choose another one with --port.`, 1);
    throw error;
  }
}

/** The first signal shuts down gracefully. The second exits immediately. */
function closeOnSignal(playground: Playground): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > SAME_SIGNAL) process.exit(130);
      return;
    }
    firstAt = performance.now();
    playground.close().then(
      () => process.exit(0),
      (error: unknown) => {
        fail(String(error), 1);
        process.exit();
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  fail(`${error.message}\nSee --help.`, 2);
}
