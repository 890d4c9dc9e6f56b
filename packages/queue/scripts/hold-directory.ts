/** Opens a PGlite directory and keeps it, until it is killed. */
import { createMailQueue } from '@postern/queue';
import { WORKER_KEYS } from './worker-options.ts';

const [, , directory = ''] = process.argv;
await createMailQueue({ connection: { pglite: directory }, keys: WORKER_KEYS });
process.send?.('open');
