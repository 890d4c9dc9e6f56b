import { inspect } from 'node:util';
import { type CommandContext, EXIT, type ExitCode, type Outcome } from './command.js';
import { Interrupted } from './command-error.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { check } from './commands/check.js';
import { doctor } from './commands/doctor.js';
import { eject } from './commands/eject.js';
import { init } from './commands/init.js';
import { preview } from './commands/preview.js';
import { send } from './commands/send.js';
import { describeFailure, wantsStack } from './failure.js';
import type { Io } from './io.js';
import { createPrinter, styleFor } from './printer.js';

/** Runs one command line and returns its exit code. Uses only the given parts of the process. */
export async function run(argv: readonly string[], io: Io, version: string): Promise<ExitCode> {
  const line = readCommandLine(argv, io, version);
  if ('exitCode' in line) return line.exitCode;
  const { json, verbose } = line.options;
  const printer = createPrinter(io, { silent: json });
  const interactive = !json && io.stdin.isTTY === true && io.stderr.isTTY === true;
  const answer = (result: Readonly<Record<string, unknown>>) =>
    void io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  try {
    const { exitCode, result } = await dispatch(line.options, { io, printer, interactive });
    if (json) answer({ ok: exitCode === EXIT.ok, ...result });
    return exitCode;
  } catch (error) {
    printer.done();
    if (error instanceof Interrupted) return EXIT.interrupted;
    const failure = describeFailure(error, 'file' in line.options ? line.options.file : '');
    if (json) answer({ ok: false, error: failure.error });
    else printer.note(failure.format(styleFor(io.stderr)));
    if (wantsStack(verbose, io)) io.stderr.write(`${inspect(error)}\n`);
    return failure.exitCode;
  }
}

function dispatch(options: CommandLine, context: CommandContext): Promise<Outcome> {
  switch (options.command) {
    case 'init':
      return init(options, context);
    case 'check':
      return check(options, context);
    case 'preview':
      return preview(options, context);
    case 'send':
      return send(options, context);
    case 'doctor':
      return doctor(options, context);
    case 'eject':
      return eject(options, context);
  }
}
