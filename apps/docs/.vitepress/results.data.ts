import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Comparison, compareResults } from './results.ts';

const RESULTS = fileURLToPath(new URL('../../bench/RESULTS.md', import.meta.url));

export declare const data: Comparison;

export default { watch: [RESULTS], load: () => compareResults(readFileSync(RESULTS, 'utf8')) };
