import { or } from '@optique/core/constructs';
import { runParser } from '@optique/core/facade';
import { message } from '@optique/core/message';
import type { InferValue } from '@optique/core/parser';
import { formatUsage } from '@optique/core/usage';
import { EXIT, type ExitCode } from './command.js';
import { checkCommand } from './commands/check.js';
import { doctorCommand } from './commands/doctor.js';
import { ejectCommand } from './commands/eject.js';
import { initCommand } from './commands/init.js';
import { previewCommand } from './commands/preview.js';
import { sendCommand } from './commands/send.js';
import type { Io } from './io.js';
import { hasColors } from './printer.js';

const commands = {
  init: initCommand,
  check: checkCommand,
  preview: previewCommand,
  send: sendCommand,
  doctor: doctorCommand,
  eject: ejectCommand,
};

const anyCommand = or(initCommand, checkCommand, previewCommand, sendCommand, doctorCommand, ejectCommand);

/** The parsed command line: a `command` and its options. */
export type CommandLine = InferValue<typeof anyCommand>;

const PROGRAM = 'postern';

/** The width of help if the width of the terminal is unknown. */
const DEFAULT_WIDTH = 100;

/** Carries an exit code out of the parser, which would otherwise continue. */
class Ended extends Error {
  constructor(readonly exitCode: ExitCode) {
    super();
  }
}

/** Reads the arguments. Help, version, completion, and usage errors are printed here and return an exit code. */
export function readCommandLine(
  argv: readonly string[],
  io: Io,
  version: string,
): { options: CommandLine } | { exitCode: ExitCode } {
  const end = (exitCode: ExitCode) => (): never => {
    throw new Ended(exitCode);
  };
  const colors = hasColors(io.stdout);
  const writeError = (text: string) => void io.stderr.write(`${text}\n`);
  try {
    const options = runParser(anyCommand, PROGRAM, argv.length === 0 ? ['--help'] : argv, {
      brief: message`Set up, check, preview, and send authentication emails, and find out why an email does not arrive.`,
      footer: message`Exit codes: 0 success, 1 problem, 2 wrong arguments, 3 temporary failure, 130 Ctrl-C.`,
      help: { option: true, command: true, onShow: end(EXIT.ok) },
      version: { option: true, value: version, onShow: end(EXIT.ok) },
      completion: { command: true, onShow: end(EXIT.ok) },
      // The usage of all commands would fill a page.
      usageLine: [{ type: 'argument', metavar: 'COMMAND' }],
      aboveError: 'none',
      onError() {
        writeError(usageFor(argv[0]));
        return end(EXIT.usage)();
      },
      stdout: (text) => void io.stdout.write(`${text}\n`),
      stderr: writeError,
      colors,
      maxWidth: io.stdout.columns ?? DEFAULT_WIDTH,
      showDefault: true,
      showChoices: { maxItems: Number.POSITIVE_INFINITY },
    });
    return { options };
  } catch (error) {
    if (error instanceof Ended) return { exitCode: error.exitCode };
    throw error;
  }
}

/** The usage to print below an error. The parser prints the usage of its built-in commands. */
function usageFor(name: string | undefined): string {
  const known = Object.entries(commands).find(([each]) => each === name)?.[1];
  if (known) return `\nUsage: ${formatUsage(PROGRAM, known.usage)}\nSee ${PROGRAM} ${name} --help.`;
  if (name === 'help' || name === 'completion') return `See ${PROGRAM} ${name} --help.`;
  return `\nUsage: ${PROGRAM} ${Object.keys(commands).join('|')} …\nSee ${PROGRAM} --help.`;
}
