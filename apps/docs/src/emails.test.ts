import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { inspectConnectorConfig } from '@postern/core';
import { type ApiTrap, startApiTrap, startSmtpTrap, testEmail } from '@postern/testing';
import { providerRules } from '@postern/transport-smtp';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { type Guide, openGuides } from './guide.ts';
import { startTrap } from './trap.ts';

const to = 'ada@example.com';
const openGuide = await openGuides(['Providers', 'Content', 'Migrate']);

test('From nodemailer: a transporter becomes a transport', async () => {
  const trap = await startTrap();
  const guide = openGuide('migrate-from-nodemailer');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
});

test('Amazon SES: the transport sends within the rate', async () => {
  const trap = await startTrap();
  const { createTransport } = await import(openGuide('amazon-ses').path('transport.ts'));
  const transport = createTransport({ url: trap.url, fromEmail: 'noreply@example.com', templates: [] });

  await transport.send(testEmail({ to, text: 'Your code is 482913.' }));
  await transport.close();

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
});

/** Sends with the config and the program of a guide, but to the API of a test server, where example.com is verified. */
async function sendThrough(
  name: string,
  { api, env }: { readonly api: ApiTrap; readonly env: Record<string, string> },
): Promise<string> {
  const guide = openGuide(name);
  const json = JSON.parse(await readFile(guide.path('connector.json'), 'utf8'));
  for (const provider of [json.provider ?? json.providers].flat())
    if (provider.name !== 'smtp') provider.baseUrl = api.url;
  json.fromEmail = json.fromEmail.replace('acme.example', 'example.com');
  await writeFile(guide.path('connector.json'), JSON.stringify(json));
  return guide.run('send.ts', env);
}

test('Amazon SES without SMTP: the program checks the account and sends', async () => {
  await using api = await startApiTrap();
  const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) };
  expect(await sendThrough('amazon-ses-api', { api, env })).toBe('amazon-ses\n');
  expect(await api.inbox.waitForCode(to)).toBe('482913');
});

test('From SMTP to an API: the API sends if the server does not respond correctly', async () => {
  await using api = await startApiTrap();
  const server = await startTrap();
  const env = { SMTP_URL: server.url, RESEND_API_KEY: 're_test' };
  expect(await sendThrough('smtp-and-api', { api, env })).toBe('Sent by smtp\n');
  server.fault({ at: 'greeting', kind: '4xx' });
  expect(await sendThrough('smtp-and-api', { api, env })).toBe('Sent by resend\n');
  expect(await api.inbox.waitForCode(to)).toBe('482913');
});

test('Languages: single strings are replaced', async () => {
  const { templates } = await import(openGuide('languages').path('templates.ts'));
  const of = (locale: string) => expect.objectContaining({ usageType: 'SignIn', locale });
  expect(templates).toEqual(expect.arrayContaining([of('en'), of('de')]));
  expect(JSON.stringify(templates)).toContain('Automatische Nachricht von');
  expect(JSON.stringify(templates)).toContain('Your Acme code');
});

test('Languages: the added language is rendered', async () => {
  const guide = openGuide('languages');
  const { templates } = await import(guide.path('greek.ts'));
  const { issues } = inspectConnectorConfig({
    url: 'smtp://localhost',
    fromEmail: 'a@example.com',
    templates,
  });
  expect(issues).toEqual([]);
  expect(templates).toContainEqual(
    expect.objectContaining({
      usageType: 'SignIn',
      locale: 'el',
      subject: expect.stringContaining('Κωδικός σύνδεσης'),
    }),
  );
});

test('Security notices: the email has the details of the request, in the language of the reader', async () => {
  const trap = await startTrap();
  await openGuide('security-notices').run('notify.ts', { SMTP_URL: trap.url });

  const { subject, text } = await trap.inbox.waitForEmail(to);
  expect(subject).toBe('Ihr Passwort für Acme wurde geändert');
  expect(text).toContain('Gerät: Firefox auf Windows\nOrt: Berlin\nZeitpunkt: ');
  expect(text).toMatch(/^IP-Adresse: 203\.0\.113\.7$/m);
  expect(text).toContain('https://acme.example/secure-account');
});

test.each([
  ['gmail', { GMAIL_APP_PASSWORD: 'abcd efgh ijkl mnop' }],
  ['amazon-ses', { SES_SMTP_USER: 'AKIAIOSFODNN7EXAMPLE', SES_SMTP_PASSWORD: 'x'.repeat(44) }],
  ['aliyun-directmail', { DIRECTMAIL_SMTP_PASSWORD: 'sesame' }],
])('the config of %s follows the rules of the provider', async (name, variables) => {
  const guide = openGuide(name);
  const config = JSON.parse(await readFile(guide.path('connector.json'), 'utf8'));
  expect(inspectConnectorConfig(config, { variables, rules: providerRules }).issues).toEqual([]);
});

test('Microsoft 365: the program logs in with a token of the client credentials grant', async () => {
  const guide = openGuide('microsoft-365');
  const variables = {
    MICROSOFT_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
    MICROSOFT_CLIENT_SECRET: 'client-secret',
    MICROSOFT_TENANT_ID: 'tenant',
  };
  const json = JSON.parse(await readFile(guide.path('connector.json'), 'utf8'));
  expect(inspectConnectorConfig(json, { variables, rules: providerRules }).issues).toEqual([]);

  const trap = await startSmtpTrap({ auth: { user: json.auth.user, accessToken: 'a-token' } });
  onTestFinished(() => trap.close());
  const grants: URLSearchParams[] = [];
  const accessUrl = await startTokenEndpoint((form) => grants.push(form));
  const server = { host: trap.host, port: trap.port, tls: { ca: trap.certificate } };
  await writeFile(
    guide.path('connector.json'),
    JSON.stringify({ ...json, ...server, auth: { ...json.auth, accessUrl } }),
  );
  await guide.run('send.ts', variables);

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
  expect(Object.fromEntries(grants[0] ?? [])).toMatchObject({
    grant_type: 'client_credentials',
    client_secret: 'client-secret',
    scope: 'https://outlook.office365.com/.default',
  });
});

async function startTokenEndpoint(onGrant: (form: URLSearchParams) => void): Promise<string> {
  const server = createServer(async (request, response) => {
    onGrant(new URLSearchParams(await text(request)));
    response
      .writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' })
      .end(JSON.stringify({ access_token: 'a-token', expires_in: 3600 }));
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}/token`;
}

/** Writes a config and checks the templates, with the commands that the guides print. */
async function checkTemplates(guide: Guide, folder: string): Promise<void> {
  await postern(
    guide,
    'init',
    '--yes',
    '--host',
    'localhost',
    '--user',
    '',
    '--from',
    'noreply@acme.example',
  );
  await postern(guide, 'check', '--templates', folder);
}

const postern = (guide: Guide, ...args: string[]) =>
  guide.run([guide.installed('@postern/cli/dist/main.js'), ...args]);

test('Template files: they are checked, and sent', async () => {
  const trap = await startTrap();
  const guide = openGuide('template-files');
  await postern(guide, 'eject', 'emails', '--brand', 'Acme', '--locale', 'en', '--locale', 'de');
  await checkTemplates(guide, 'emails');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Your trial ends in 3 days');
  expect(await trap.inbox.waitForLink(to)).toBe('https://acme.example/plans');
});

test('Write your own templates prints the text that the page shows', async () => {
  const printed = await openGuide('write-templates').run('render.ts');
  const page = await readFile(new URL('../guides/write-templates.md', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`text\n${printed}\`\`\``);
});

test('Codes in subjects: the subject that people prefer has the code', async () => {
  const { templates } = await import(openGuide('codes-in-subjects').path('templates.ts'));
  expect(templates).toContainEqual(
    expect.objectContaining({ usageType: 'SignIn', subject: expect.stringMatching(/^\{\{code\}\}: /) }),
  );
});

test('React Email and MJML: both builds make templates that are sent', async () => {
  const trap = await startTrap();
  const guide = openGuide('react-email-mjml');
  await guide.run(guide.compiled('build-react-emails.tsx'));
  await guide.run('build-mjml-emails.ts');
  await checkTemplates(guide, 'dist-emails');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  expect(await trap.inbox.waitForCode(to)).toBe('482913');
  expect(await trap.inbox.waitForLink('bob@example.com')).toBe('https://acme.example/join/f3a9');
});

test('From @nestjs-modules/mailer: the application sends with the moved templates', async () => {
  const trap = await startTrap();
  const guide = openGuide('migrate-from-nestjs-mailer');

  await guide.run(guide.compiled('main.ts'), { SMTP_URL: trap.url });

  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Welcome to Acme, Ada!');
  expect(await trap.inbox.waitForLink(to)).toBe('https://acme.example/start');
});

test('From email-templates: the converted templates are sent, with inlined CSS', async () => {
  const trap = await startTrap();
  const guide = openGuide('migrate-from-email-templates');
  await guide.run('convert.ts');
  await checkTemplates(guide, 'postern-emails');

  await guide.run('send.ts', { SMTP_URL: trap.url });

  const email = await trap.inbox.waitForEmail(to);
  expect(email.subject).toBe('Welcome to Acme, Ada!');
  expect(email.html).toContain('style="color: #1f4fd8;');
  expect(email.html).toContain('href="https://acme.example/start"');
});
