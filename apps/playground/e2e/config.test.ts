import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { RunningConfig } from '../src/wire/config.ts';
import { expectAccessible, expectFits } from './fixtures/accessibility.ts';
import type { RunningPlayground } from './fixtures/playground.ts';
import { test } from './fixtures/test.ts';

const editor = (page: Page) => page.getByRole('textbox', { name: 'Config' });
const issues = (page: Page) => page.getByRole('list', { name: 'Issues of the config' });
const fine = (page: Page) => page.getByText('None. It can be used as it is.');
const steps = (page: Page) => page.getByRole('list', { name: 'Steps of the doctor' });

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

/** Takes an option of the completion, and waits until it is in the text: what is typed before that ends up elsewhere. */
async function choose(page: Page, name: string, written: string) {
  await page.getByRole('option', { name }).click();
  await expect.poll(async () => (await editor(page).textContent())?.replaceAll(/\s/g, '')).toContain(written);
}

type Config = Record<string, unknown> & { templates: unknown[] };

async function running(playground: RunningPlayground): Promise<Config> {
  const { text } = await playground.call<RunningConfig>('/config', { method: 'GET' });
  return JSON.parse(text);
}

const format = (config: unknown) => JSON.stringify(config, undefined, 2);

describe('config', () => {
  test('a mistake is shown in its place with a hint, and mended', async ({ page, playground }) => {
    const { host, ...config } = await running(playground);
    await open(page);
    await write(page, format({ hots: host, ...config, replyTo: 'help at acme.example' }));
    const typo = issues(page).getByRole('button', { name: /hots/ });
    await typo.getByText(/host/).first().waitFor();
    await issues(page)
      .getByRole('button', { name: /replyTo, line \d+, column \d+/ })
      .waitFor();
    // Beside the line, too.
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

  test('what is no JSON is shown where it ends to be some', async ({ page }) => {
    await open(page);
    await write(page, '{\n  "host": "127.0.0.1",\n}');
    await issues(page).getByText('line 3, column 1', { exact: true }).waitFor();
    await issues(page)
      .getByText(/remove the comma/)
      .waitFor();
    await page.getByRole('button', { name: 'Undo all' }).click();
    await fine(page).waitFor();
  });

  test('completes keys and values from the schema, and explains them', async ({ page }) => {
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
    // What is there is not offered again.
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

  test('a provider fills in its server, and leaves sender and templates', async ({ page, playground }) => {
    const { fromEmail, templates } = await running(playground);
    await open(page);
    await page.getByRole('button', { name: 'SendGrid' }).click();
    await page.getByText('Filled in for SendGrid: the user is always “apikey”.').waitFor();
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
    // It is one step to go back, as after every change.
    await editor(page).click();
    await page.keyboard.press('ControlOrMeta+z');
    await editor(page).getByText('"smtpdm.aliyun.com"').waitFor();
  });

  test('the doctor finds the server of the playground in order', async ({ page }) => {
    await open(page);
    await page.getByLabel('Ask about a recipient').fill('ada@example.com');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Ready to send emails.').waitFor();
    const marks = await steps(page)
      .getByRole('img')
      .evaluateAll((icons) => icons.map((icon) => icon.getAttribute('aria-label')));
    expect(marks.length).toBeGreaterThanOrEqual(8);
    expect(marks).not.toContain('Failed');
  });

  test('the doctor says what is wrong with a password, and nothing of the password', async ({
    page,
    playground,
  }) => {
    const config = await running(playground);
    await open(page);
    await write(page, format({ ...config, auth: { user: 'demo', pass: 'hunter2-wrong' } }));
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Broken: no email goes out until something is changed.').waitFor();
    await steps(page).getByText('535').first().waitFor();
    expect(await steps(page).textContent()).not.toContain('hunter2-wrong');
    await write(page, format(config));
    await page.getByText('The config was changed since: run it again.').waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByText('Ready to send emails.').waitFor();
  });

  test('a patch that the doctor proposes mends the config', async ({ page, playground }) => {
    const config = await running(playground);
    await open(page);
    // TLS from the first byte, where the server begins in plain text.
    await write(page, format({ ...config, secure: true }));
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Broken: no email goes out until something is changed.').waitFor();
    await page.getByRole('button', { name: 'Apply this patch' }).first().click();
    await page.getByText('The config was changed since: run it again.').waitFor();
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByText('Ready to send emails.').waitFor();
  });

  test('the doctor can be cancelled, and the connection ends', async ({ page, playground }) => {
    const config = await running(playground);
    // Takes connections, and never says a word.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
    const connected = once(silent, 'connection');
    await open(page);
    await write(page, format({ ...config, port: address.port }));
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByLabel('Under way').waitFor();
    const [socket] = await connected;
    const closed = once(socket, 'close');
    socket.resume();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Canceled.').waitFor();
    await closed;
    await new Promise((resolve) => silent.close(resolve));
  });

  test('nothing leaves the machine unless it is told to', async ({ page, playground }) => {
    const former = await running(playground);
    await open(page);
    await page.getByRole('button', { name: 'SendGrid' }).click();
    await editor(page).getByText('"smtp.sendgrid.net"').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('This email would leave your machine.').waitFor();
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
    await page.getByText('Its emails stay on this machine.').waitFor();
    await page.getByRole('button', { name: 'Really send through smtp.sendgrid.net' }).waitFor();
    await page.getByText('Mail stays here').waitFor();
    await expectAccessible(page);
    await playground.call('/config', { method: 'PUT', body: { text: format(former) } });
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
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Broken: no email goes out until something is changed.').waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
