/**
 * What SpamAssassin makes of emails in every language: DKIM-signed, sent over SMTP, scored by its local rules. Needs
 * the Debian package `spamassassin`, and a build:
 *
 *   npx --yes pnpm@12 --filter @postern/templates spam-score
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createMailer, type Template } from '@postern/core';
import { createTemplates, LOCALES } from '@postern/templates';
import { startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { sampleRequest } from '../fixtures/sample-emails.ts';

/** Spam begins at 5. The rule MIXED_ES adds 1 to emails with many Latin `e` characters next to other letters. */
const HIGHEST_SCORE = 1;
const TYPES = [
  'SignIn',
  'ForgotPassword',
  'OrganizationInvitation',
  'PasswordChanged',
  'EmailChanged',
] as const;
/** SpamAssassin is a process for each email. */
const AT_ONCE = 2;

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** The emails as a server receives them. */
async function sendSamples(templates: Template[]): Promise<{ name: string; raw: Buffer }[]> {
  await using trap = await startSmtpTrap();
  const mailer = createMailer({
    config: { fromEmail: 'Acme <noreply@acme.example>', templates },
    transport: createSmtpTransport({
      ...{ host: trap.host, port: trap.port, tls: { ca: trap.certificate } },
      dkim: { domainName: 'acme.example', keySelector: 'postern', privateKey },
    }),
  });
  const names: string[] = [];
  for (const locale of LOCALES) {
    for (const type of TYPES) {
      await mailer.send(sampleRequest(type, locale));
      names.push(`${locale} ${type}`);
    }
  }
  await mailer.close();
  return trap.inbox.messages.map(({ raw }, index) => ({ name: names[index] ?? '', raw }));
}

/** Without the network, so that the same email always has the same score. */
function score(raw: Buffer): Promise<{ score: number; rules: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile('spamassassin', ['--local', '--test-mode'], (error, stdout) => {
      if (error) return reject(error);
      const status = /^X-Spam-Status: .*?score=(?<score>[-\d.]+).*?tests=(?<rules>.*?)\s+autolearn/ms.exec(
        stdout.replace(/\r?\n[ \t]+/g, ' '),
      )?.groups;
      if (!status) return reject(new Error('SpamAssassin gave no score'));
      resolve({ score: Number(status.score), rules: (status.rules ?? '').replace(/, ?/g, ' ') });
    });
    child.stdin?.end(raw);
  });
}

// With the name alone: an English address below a Russian text looks like letters swapped for others (MIXED_ES).
const brand = { name: 'Acme' };
const samples = await sendSamples(createTemplates({ brand, validForMs: { invitation: 7 * 86_400_000 } }));
if (!samples.every(({ raw }) => raw.includes('DKIM-Signature:')))
  throw new Error('a sample has no signature');
for (let first = 0; first < samples.length; first += AT_ONCE) {
  const batch = samples.slice(first, first + AT_ONCE);
  const results = await Promise.all(batch.map(async ({ name, raw }) => ({ name, ...(await score(raw)) })));
  for (const result of results) {
    process.stdout.write(`${result.score.toFixed(1).padStart(5)}  ${result.name}  ${result.rules}\n`);
    if (result.score > HIGHEST_SCORE) process.exitCode = 1;
  }
}
