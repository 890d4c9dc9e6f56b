import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/** A real Chromium: the one that comes as a package on Linux, or what `npx playwright install chromium` installed. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch();
  return playwright.launch({ executablePath: await chromium.executablePath(), args: chromium.args });
}
