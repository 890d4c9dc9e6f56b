import { serve } from '@hono/node-server';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import type { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.ts';

interface ScanWorld {
  readonly browser: Browser;
  readonly trap: SmtpTrap;
  /** The environment of programs that send emails to the trap. */
  readonly env: Readonly<Record<'SMTP_URL' | 'AUTH_SECRET' | 'BETTER_AUTH_SECRET' | 'LINK_SECRET', string>>;
  /** Opens a browser with its own cookies, until the end of the test. */
  openPerson(): Promise<Page>;
  /** Serves an application until all tests of the file have run. */
  serveApp(app: Hono, port: number): void;
  /** Runs after all tests of the file. */
  defer(close: () => Promise<void>): void;
}

/** Starts a browser and a mail server for all tests of a file. Call it outside of tests. */
export async function openScanWorld(): Promise<ScanWorld> {
  const resources = new AsyncDisposableStack();
  afterAll(() => resources.disposeAsync());
  const browser = resources.use(await launchBrowser());
  const trap = resources.use(await startSmtpTrap({ tls: 'none' }));
  return {
    browser,
    trap,
    env: {
      SMTP_URL: `smtp://${trap.host}:${trap.port}`,
      AUTH_SECRET: 'a'.repeat(32),
      BETTER_AUTH_SECRET: 'b'.repeat(32),
      LINK_SECRET: 'l'.repeat(32),
    },
    async openPerson() {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      return context.newPage();
    },
    serveApp({ fetch }, port) {
      const server = serve({ fetch, port });
      resources.defer(() => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close();
      });
    },
    defer: (close) => resources.defer(close),
  };
}

/** Fills in the fields of a form, by label, and clicks its button. */
export async function submit(
  page: Page,
  fields: Readonly<Record<string, string>>,
  button: string,
): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole('button', { name: button }).click();
}
