import type { Sealer } from './sealer.js';

const PURPOSE = 'browser';

/** Seals the ID of a browser. The ID is the secret of the browser's cookie, so no other system may see it. */
export const sealBrowser = (sealer: Sealer, browser: string): Promise<string> =>
  sealer.seal(PURPOSE, browser);

/** @returns `undefined` for an ID that this guard did not create */
export const openBrowser = (sealer: Sealer, sealed: string): Promise<string | undefined> =>
  sealer.open(PURPOSE, sealed);
