import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { RunningConfig } from '../src/wire/config.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import type { RunningPlayground } from './fixtures/playground.ts';
import { test } from './fixtures/test.ts';

const editor = (page: Page) => page.getByRole('textbox', { name: 'Config' });
const issues = (page: Page) => page.getByRole('list', { name: 'Config issues' });
const fine = (page: Page) => page.getByText('No issues. You can use this config.');
const openTab = (page: Page, name: string) => page.getByRole('tab', { name }).click();
const broken = (page: Page) => page.getByText('Broken: the server does not accept emails');
const ready = (page: Page) => page.getByText('Ready to send emails.');
const steps = (page: Page) => page.getByRole('list', { name: 'Doctor steps' });

async function open(page: Page) {
  await page.goto('/#/config');
  await editor(page).waitFor();
  await fine(page).waitFor();
}

async function write(page: Page, text: string) {
  await editor(page).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/**
 * Chooses a completion, and waits until it is in the text. Issues below the lines are not part of the text. CodeMirror ignores
 * a click on a list that has just changed, so the click is repeated (`interactionDelay` of its completions).
 */
async function choose(page: Page, name: string, written: string) {
  const option = page.getByRole('option', { name });
  const text = async () => (await page.locator('.cm-line').allTextContents()).join('').replaceAll(/\s/g, '');
  await option.click();
  await expect
    .poll(async () => {
      const current = await text();
      // The list can close in the meantime.
      if (!current.includes(written)) await option.click({ timeout: 500 }).catch(() => undefined);
      return current;
    })
    .toContain(written);
}

type Config = Record<string, unknown> & { templates: unknown[] };

async function running(playground: RunningPlayground): Promise<Config> {
  const { text } = await playground.call<RunningConfig>('/config', { method: 'GET' });
  return JSON.parse(text);
}

const format = (config: unknown) => JSON.stringify(config, undefined, 2);

describe('config', () => {
  test('shows an issue at its position with a hint until it is fixed', async ({ page, playground }) => {
    const { host, ...config } = await running(playground);
    await open(page);
    await write(page, format({ hots: host, ...config, replyTo: 'help at acme.example' }));
    const typo = issues(page).getByRole('button', { name: /hots/ });
    await typo.getByText(/host/).first().waitFor();
    await issues(page)
      .getByRole('button', { name: /replyTo, line \d+, column \d+/ })
      .waitFor();
    // The editor shows it below the line, too. It renders only the lines in view.
    await typo.click();
    await page.locator('.cm-issue', { hasText: 'hots' }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);

    await issues(page)
      .getByRole('button', { name: /replyTo/ })
      .click();
    await page.locator('.cm-activeLine', { hasText: 'help at acme.example' }).waitFor();
    await write(page, format({ host, ...config, replyTo: 'support@acme.example' }));
    await fine(page).waitFor();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('button', { name: 'Applied' }).waitFor();
    expect(await running(playground)).toMatchObject({ replyTo: 'support@acme.example' });
  });

  test('shows the position of a JSON syntax error', async ({ page }) => {
    await open(page);
    await write(page, '{\n  "host": "127.0.0.1",\n}');
    await issues(page).getByText('line 3, column 1', { exact: true }).waitFor();
    await issues(page)
      .getByText(/remove the comma/)
      .waitFor();
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await fine(page).waitFor();
  });

  test('completes and explains keys and values of the schema', async ({ page }) => {
    await open(page);
    await write(page, '{\n}');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('"sec');
    await page.getByRole('option', { name: 'secure' }).waitFor();
    await page.getByText('TLS from the first byte.').waitFor();
    await choose(page, 'secure', '{"secure":');
    await page.keyboard.type('tr');
    await choose(page, 'true', '"secure":true');
    await page.keyboard.type(',');
    await page.keyboard.press('Enter');
    // Keys that exist are not offered again.
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'host' }).first().waitFor();
    expect(await page.getByRole('option', { name: 'secure', exact: true }).count()).toBe(0);
    await page.keyboard.press('Escape');

    await page.keyboard.type('"templ');
    await page.getByRole('option', { name: 'templates' }).waitFor();
    await choose(page, 'templates', '"templates":[');
    await page.keyboard.type('{"contentT');
    await page.getByRole('option', { name: 'contentType' }).waitFor();
    await choose(page, 'contentType', '"contentType":');
    await page.keyboard.press('Control+Space');
    await choose(page, 'text/html', '"secure":true,"templates":[{"contentType":"text/html"');
  });

  test('fills in the server or the API of a provider, and keeps sender and templates', async ({
    page,
    playground,
  }) => {
    const { fromEmail, templates } = await running(playground);
    await open(page);
    await openTab(page, 'Provider');
    await page.getByRole('button', { name: 'SendGrid' }).click();
    await page.getByText('Filled in for SendGrid. The username is always “apikey”.').waitFor();
    await editor(page).getByText('"smtp.sendgrid.net"').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const chunks = [];
    for await (const chunk of await (await downloading).createReadStream()) chunks.push(chunk);
    const filled = JSON.parse(Buffer.concat(chunks).toString());
    expect(filled).toMatchObject({ fromEmail, host: 'smtp.sendgrid.net', auth: { user: 'apikey' } });
    expect(filled.templates).toHaveLength(templates.length);

    await page.getByRole('button', { name: 'Gmail' }).click();
    await editor(page).getByText('"smtp.gmail.com"').waitFor();
    await page.getByRole('button', { name: 'Aliyun' }).click();
    await page.getByLabel('Region').selectOption({ index: 1 });
    await editor(page)
      .getByText(/"smtpdm-.+aliyun/)
      .waitFor();
    // One undo reverts the change.
    await editor(page).click();
    await page.keyboard.press('ControlOrMeta+z');
    await editor(page).getByText('"smtpdm.aliyun.com"').waitFor();

    await page.getByText('HTTP API', { exact: true }).click();
    await page.getByRole('button', { name: 'Resend' }).click();
    await page.getByText('Start the playground with RESEND_API_KEY').waitFor();
    await editor(page)
      .getByText(/\{RESEND_API_KEY\}/)
      .waitFor();
    await page.getByRole('button', { name: 'Resend', pressed: true }).waitFor();
    expect(await editor(page).getByText('"smtpdm.aliyun.com"').count()).toBe(0);
  });

  test('the doctor passes the server of the playground', async ({ page }) => {
    await open(page);
    await openTab(page, 'Doctor');
    await page.getByLabel('Recipient to check').fill('ada@example.com');
    await page.getByRole('button', { name: 'Run' }).click();
    await ready(page).waitFor();
    const marks = await steps(page)
      .getByRole('img')
      .evaluateAll((icons) => icons.map((icon) => icon.getAttribute('aria-label')));
    expect(marks.length).toBeGreaterThanOrEqual(8);
    expect(marks).not.toContain('Failed');
  });

  test('the doctor reports a wrong password without showing it', async ({ page, playground }) => {
    const config = await running(playground);
    await open(page);
    await write(page, format({ ...config, auth: { user: 'demo', pass: 'hunter2-wrong' } }));
    await openTab(page, 'Doctor');
    await page.getByRole('button', { name: 'Run' }).click();
    await broken(page).waitFor();
    await steps(page).getByText('535').first().waitFor();
    expect(await steps(page).textContent()).not.toContain('hunter2-wrong');
    await write(page, format(config));
    await page.getByText('The config has changed since. Run the doctor again.').waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await ready(page).waitFor();
  });

  test('a patch from the doctor fixes the config', async ({ page, playground }) => {
    const config = await running(playground);
    await open(page);
    // Implicit TLS, but the server starts in plain text.
    await write(page, format({ ...config, secure: true }));
    await openTab(page, 'Doctor');
    await page.getByRole('button', { name: 'Run' }).click();
    await broken(page).waitFor();
    await page.getByRole('button', { name: 'Apply this patch' }).first().click();
    await page.getByText('The config has changed since. Run the doctor again.').waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await ready(page).waitFor();
  });

  test('closes the connection when the doctor is canceled', async ({ page, playground }) => {
    const config = await running(playground);
    // Accepts connections, and sends nothing.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
    const connected = once(silent, 'connection');
    await open(page);
    await write(page, format({ ...config, port: address.port }));
    await openTab(page, 'Doctor');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByLabel('In progress').waitFor();
    const [socket] = await connected;
    const closed = once(socket, 'close');
    socket.resume();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Canceled.').waitFor();
    await closed;
    await new Promise((resolve) => silent.close(resolve));
  });

  test('connects to no other machine without permission', async ({ page, playground }) => {
    const former = await running(playground);
    await open(page);
    await openTab(page, 'Provider');
    await page.getByRole('button', { name: 'SendGrid' }).click();
    await editor(page).getByText('"smtp.sendgrid.net"').waitFor();
    await openTab(page, 'Doctor');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('This check would leave your machine.').waitFor();
    await page.getByRole('button', { name: 'Connect to smtp.sendgrid.net' }).waitFor();

    const { fromEmail, templates } = former;
    await write(
      page,
      format({
        host: 'smtp.sendgrid.net',
        port: 587,
        auth: { user: 'apikey', pass: 'x' },
        fromEmail,
        templates,
      }),
    );
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('Emails stay on this machine.').waitFor();
    await page.getByRole('button', { name: 'Send through smtp.sendgrid.net' }).waitFor();
    await page.getByText('Mail stays here').waitFor();
    await expectAccessible(page);
    await playground.call('/config', { method: 'PUT', body: { text: format(former) } });
    await openTab(page, 'Issues');
    await fine(page).waitFor();
  });

  test('is accessible with issues and findings, light and dark, and fits a phone', async ({
    page,
    playground,
  }) => {
    const config = await running(playground);
    await open(page);
    await write(page, format({ ...config, secure: true, nmae: 'x' }));
    await issues(page).waitFor();
    await expectAccessible(page);
    await openTab(page, 'Doctor');
    await page.getByRole('button', { name: 'Run' }).click();
    await broken(page).waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
