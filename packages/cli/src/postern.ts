import manifest from '../package.json' with { type: 'json' };
import { EXIT } from './command.js';
import { run } from './run.js';

// A reader such as `head` may close the pipe early.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
// Exits immediately, and puts the next shell prompt on a new line.
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
