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
import { hasColours } from './printer.js';

const commands = {
  init: initCommand,
  check: checkCommand,
  preview: previewCommand,
  send: sendCommand,
  doctor: doctorCommand,
  eject: ejectCommand,
};

const anyCommand = or(initCommand, checkCommand, previewCommand, sendCommand, doctorCommand, ejectCommand);

/** What someone asked for, its `command` and the options of that. */
export type CommandLine = InferValue<typeof anyCommand>;

const PROGRAM = 'postern';

/** How wide help gets where nobody says how wide the terminal is. */
const DEFAULT_WIDTH = 100;

/** Carries an exit code out of the parser, which otherwise goes on. */
class Ended extends Error {
  constructor(readonly exitCode: ExitCode) {
    super();
  }
}

/** Reads the arguments. Help, versions, completions and mistakes are answered here, and leave an exit code. */
export function readCommandLine(
  argv: readonly string[],
  io: Io,
  version: string,
): { options: CommandLine } | { exitCode: ExitCode } {
  const end = (exitCode: ExitCode) => (): never => {
    throw new Ended(exitCode);
  };
  const colors = hasColours(io.stdout);
  const writeError = (text: string) => void io.stderr.write(`${text}\n`);
  try {
    const options = runParser(anyCommand, PROGRAM, argv.length === 0 ? ['--help'] : argv, {
      brief: message`Auth mail: set it up, check it, look at it, send it, and find out why it does not arrive.`,
      footer: message`Exit codes: 0 done, 1 something is wrong, 2 wrong arguments, 3 failed for now, 130 Ctrl-C.`,
      help: { option: true, command: true, onShow: end(EXIT.ok) },
      version: { option: true, value: version, onShow: end(EXIT.ok) },
      completion: { command: true, onShow: end(EXIT.ok) },
      // All of them at once would fill a page.
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

/** What stands below a mistake; the parser's own commands have said theirs. */
function usageFor(name: string | undefined): string {
  const known = Object.entries(commands).find(([each]) => each === name)?.[1];
  if (known) return `\nUsage: ${formatUsage(PROGRAM, known.usage)}\nSee ${PROGRAM} ${name} --help.`;
  if (name === 'help' || name === 'completion') return `See ${PROGRAM} ${name} --help.`;
  return `\nUsage: ${PROGRAM} ${Object.keys(commands).join('|')} …\nSee ${PROGRAM} --help.`;
}
