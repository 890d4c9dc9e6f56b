import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** CI runs as root, where the sandbox does not work; letters look the same on every screen. */
const ARGUMENTS = ['--no-sandbox', '--font-render-hinting=none'];

/** A real Chromium: the one that comes as a package on Linux, or what `npx playwright install chromium` installed. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch();
  return playwright.launch({ executablePath: await chromium.executablePath(), args: ARGUMENTS });
}
