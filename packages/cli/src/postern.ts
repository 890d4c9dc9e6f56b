import manifest from '../package.json' with { type: 'json' };
import { EXIT } from './command.js';
import { run } from './run.js';

// A reader such as `head` that has seen enough is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
// At once, whatever is under way; the shell's next prompt gets a line of its own.
process.on('SIGINT', () => {
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.exit(EXIT.interrupted);
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await run(
  process.argv.slice(2),
  { stdin, stdout, stderr, env, cwd: process.cwd() },
  manifest.version,
);
