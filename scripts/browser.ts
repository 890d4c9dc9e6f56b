import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium as playwright } from 'playwright-core';
import { makeOnce } from './make-once.ts';

/** CI runs as root, so the sandbox does not work. The other options make font rendering independent of the screen. */
const ARGUMENTS = ['--no-sandbox', '--font-render-hinting=none'];

/** Starts a real Chromium. */
export const launchBrowser = async (): Promise<Browser> => playwright.launch(await chromiumOptions());

/** Chromium from a package on Linux, or from `npx playwright install chromium`. */
export async function chromiumOptions(): Promise<{ executablePath?: string; args?: string[] }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return {};
  return { executablePath: await unpackChromium(), args: ARGUMENTS };
}

/** The package unpacks into the temporary folder, and would use files that another process is still writing. */
const UNPACK = `
  import chromium from '@sparticuz/chromium';
  await chromium.executablePath();
`;

const unpack = (folder: string): Promise<unknown> =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK], {
    // Resolve the package from this file.
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: folder },
  });

async function unpackChromium(): Promise<string> {
  const manifest = fileURLToPath(new URL('../package.json', import.meta.resolve('@sparticuz/chromium')));
  const version = /"version":\s*"([^"]+)"/.exec(await readFile(manifest, 'utf8'))?.[1];
  const name = `postern-chromium-${version}-${process.getuid?.() ?? 0}`;
  return join(await makeOnce(join(resolve(tmpdir()), name), unpack), 'chromium');
}
