import { readdirSync } from 'node:fs';
import { definePackage } from '../../tsup.config.base.js';

/** Every file in the folder is an entry point: one per provider. */
const entries = readdirSync(new URL('src', import.meta.url)).filter((file) => /^[\w-]+\.ts$/.test(file));

export default definePackage(entries.map((file) => `src/${file}`));
