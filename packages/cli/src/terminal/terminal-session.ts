import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { BIN, cleanEnvironment, type SpawnOptions } from './spawn-postern.js';

export const KEYS = {
  enter: '\r',
  up: '\u001b[A',
  down: '\u001b[B',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const;

/** The command in a terminal. */
export interface TerminalSession {
  /** Resolves when the text is on the screen. Rejects if the command ends without it. */
  waitFor(text: string): Promise<void>;
  type(keys: string): void;
  /** The whole content of the terminal, including the scrollback, without colors. */
  screen(): string;
  /** All output, including text that was overwritten later. */
  raw(): string;
  readonly ended: Promise<number>;
}

export function openTerminal(
  args: readonly string[],
  { cwd, env, columns = 110 }: SpawnOptions & { readonly columns?: number },
): TerminalSession {
  const terminal = new Terminal({ cols: columns, rows: 60, scrollback: 2000, allowProposedApi: true });
  const pty = spawn(process.execPath, [BIN, ...args], {
    cols: columns,
    rows: 60,
    cwd,
    env: cleanEnvironment({ TERM: 'xterm-256color', ...env }),
  });
  let raw = '';
  const waiting = new Set<() => void>();
  const check = () => {
    for (const wake of waiting) wake();
  };
  const screen = () => {
    const { active } = terminal.buffer;
    let text = '';
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row);
      text += `${line?.isWrapped ? '' : '\n'}${line?.translateToString(true) ?? ''}`;
    }
    return text.trim();
  };
  pty.onData((data) => {
    raw += data;
    terminal.write(data, check);
  });
  let hasEnded = false;
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      // Flush the last output before the promise resolves.
      terminal.write('', () => {
        hasEnded = true;
        check();
        resolve(exitCode);
      });
    });
  });
  return {
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const wake = () => {
          const found = screen().includes(text);
          if (!found && !hasEnded) return;
          waiting.delete(wake);
          if (found) resolve();
          else reject(new Error(`It ended without ${JSON.stringify(text)}:\n${screen()}`));
        };
        waiting.add(wake);
        wake();
      }),
    type: (keys) => pty.write(keys),
    screen,
    raw: () => raw,
    ended,
  };
}
