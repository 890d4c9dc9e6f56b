import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Sink } from './sink.ts';

/**
 * Messages per second of Postfix's load generator, which is written in C, with persistent connections (`-d`).
 *
 * @param program - The path of smtp-source.
 */
export async function runSmtpSource(
  program: string,
  { server: { host, port } }: Sink,
  { sessions, messages, bytes }: { sessions: number; messages: number; bytes: number },
): Promise<number> {
  const args = ['-d', '-s', sessions, '-m', messages, '-l', bytes, `${host}:${port}`].map(String);
  const begin = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`smtp-source failed with ${code}.`);
  return (messages * 1000) / (performance.now() - begin);
}
