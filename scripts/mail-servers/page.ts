import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Outcome } from './outcome.ts';

/** One row of the page. */
export interface Result extends Outcome {
  readonly situation: string;
  readonly server: string;
  readonly version: string;
  readonly reply: string;
  readonly isExpected: boolean;
}

const PAGE = new URL('../../docs/mail-servers.md', import.meta.url);
const BIOME = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'));
const MARKERS = /(?<=<!-- results -->\n).*(?=<!-- \/results -->)/s;

/**
 * Writes the table of results between the markers of the page.
 *
 * @param results grouped by situation
 */
export async function writePage(results: readonly Result[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  await writeFile(
    PAGE,
    page.replace(MARKERS, () => table(results)),
  );
  await promisify(execFile)(process.execPath, [BIOME, 'format', '--write', fileURLToPath(PAGE)]);
}

function table(results: readonly Result[]): string {
  const servers = [...new Set(results.map(({ server, version }) => `${server} ${version}`))].join(', ');
  const rows = results.map(({ situation, server, email, diagnosis, reply }, index) => {
    const isFirst = results[index - 1]?.situation !== situation;
    return `| ${[isFirst ? situation : '', server, code(reply), email, diagnosis].join(' | ')} |`;
  });
  return `${servers}.

| Situation | Server | Reply | Email | \`diagnose()\` |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const code = (reply: string) => (reply ? `\`${reply.replaceAll('\n', ' ').replaceAll('|', '\\|')}\`` : '');
