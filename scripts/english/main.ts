/**
 * Finds phrases that must not appear in text. `pnpm phrases [PATH…]` checks only these paths, and `--summary` prints the
 * number of phrases in each package.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findPhrases } from './find-phrases.ts';

const TEXT = /\.(?:md|tsx?|mjs|vue|html|ya?ml)$/;
/** Other languages, generated files, and the list itself. */
const EXCLUDED =
  /^packages\/templates\/src\/copy\/(?!en\.ts|[a-z]+-schema|locales)|^packages\/http\/src\/link-texts\/(?!en\.ts|link-texts|locales|texts-for)|^scripts\/english\/|^pnpm-lock|^apps\/bench\/RESULTS|generated|__snapshots__|^LICENSE/;

const options = process.argv.slice(2);
const paths = options.filter((option) => !option.startsWith('--'));
const files = execFileSync('git', ['ls-files', '-z', '--', ...paths], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => TEXT.test(file) && !EXCLUDED.test(file));

const found = files.flatMap((file) =>
  findPhrases(readFileSync(file, 'utf8')).map((match) => ({ file, ...match })),
);

const folderOf = (file: string) => /^(?:(?:packages|apps)\/)?[^/]+/.exec(file)?.[0] ?? file;
const lines = options.includes('--summary')
  ? Array.from(
      Map.groupBy(found, ({ file }) => folderOf(file)),
      ([folder, matches]) => `${String(matches.length).padStart(5)}  ${folder}`,
    )
  : found.map(({ file, line, found, instead }) => `${file}:${line}: "${found}": write "${instead}"`);
if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = found.length > 0 ? 1 : 0;
