import { readFile } from 'node:fs/promises';
import type { Way, WayDescription } from './wire/send.js';

type Example = Omit<WayDescription, 'way' | 'code'> & { readonly files: readonly string[] };

/** The files of `examples/` are what runs here, and what is shown. */
const EXAMPLES: Readonly<Record<Way, Example>> = {
  core: {
    title: 'Core',
    description:
      'A mailer in your own code: renders the template, hands the email to the server, returns its receipt.',
    packages: ['@postern/core', '@postern/transport-smtp'],
    files: ['core.ts'],
  },
  express: {
    title: 'Express router',
    description: 'Ready-made routes for an Express app; another service posts to them.',
    packages: ['@postern/adapter-express', '@postern/core', '@postern/transport-smtp', 'express'],
    files: ['express.ts', 'post-message.ts'],
  },
  nest: {
    title: 'NestJS module',
    description: 'A module with the same routes, and services to inject.',
    packages: ['@postern/adapter-nestjs', '@postern/core', '@postern/transport-smtp'],
    files: ['nest.ts', 'post-message.ts'],
  },
  logto: {
    title: 'Logto connector',
    description:
      'Takes the place of Logto’s SMTP connector, with the config that it has; nothing to program.',
    packages: ['@postern/connector-smtp'],
    files: ['logto.sh'],
  },
  queue: {
    title: 'Queue',
    description: 'Safely stored first, sent by a worker, tried again where that can help.',
    packages: ['@postern/queue', '@postern/core', '@postern/transport-smtp'],
    files: ['queue.ts'],
  },
};

/** The same place from `src` and from `dist`. */
const read = (file: string) => readFile(new URL(`../examples/${file}`, import.meta.url), 'utf8');

/** What there is to say about a way to send, with the code one would write. */
export async function describeWay(way: Way): Promise<WayDescription> {
  const { files, ...example } = EXAMPLES[way];
  const code = await Promise.all(
    files.map(async (file) => ({
      file,
      language: file.endsWith('.sh') ? ('sh' as const) : ('ts' as const),
      text: await read(file),
    })),
  );
  return { way, ...example, code };
}
