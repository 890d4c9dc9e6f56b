import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { expect, it } from 'vitest';

/** Runs the built package in a separate process, to detect handles that keep it alive. */
async function runProgram(trap: SmtpTrap, program: string): Promise<string> {
  const source = `
    import { createMailer, parseConnectorConfig } from '@postern/core';
    import { createSmtpTransport } from '@postern/transport-smtp';
    const config = parseConnectorConfig(JSON.parse(process.env.CONFIG));
    const transport = createSmtpTransport(config);
    const mailer = createMailer({ config, transport });
    const send = (to) => mailer.send({ to, type: 'SignIn', payload: { code: '482913' } });
    ${program}
  `;
  const CONFIG = JSON.stringify({
    host: trap.host,
    port: trap.port,
    auth: {},
    tls: { ca: trap.certificate },
    fromEmail: 'noreply@example.com',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      usageType,
      contentType: 'text/plain',
      subject: 'Your code',
      content: '{{code}}',
    })),
  });
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, CONFIG },
  });
  return stdout;
}

it.each([
  {
    name: 'after close',
    program: `await send('ada@example.com'); await mailer.close(); console.log('closed');`,
    prints: 'closed',
  },
  {
    name: 'after close with emails in flight',
    program: `const sends = [1, 2, 3, 4, 5, 6, 7].map((n) => send('ada' + n + '@example.com'));
      await mailer.close(); console.log((await Promise.all(sends)).length);`,
    prints: '7',
  },
  {
    name: 'without close, while connections are idle',
    program: `await send('ada@example.com'); console.log('sent');`,
    prints: 'sent',
  },
  {
    name: 'after an abort',
    program: `const signal = AbortSignal.abort(); await send('ada@example.com').then(() => {});
      await mailer.send({ to: 'a@example.com', type: 'SignIn', payload: { code: '482913' } }, { signal }).catch((error) => console.log(error.code));`,
    prints: 'aborted',
  },
  {
    name: 'after an abort while the name is looked up',
    program: `const waiting = createSmtpTransport({ host: 'smtp.example.test', port: 587 }, { lookup: () => controller.abort() });
      const controller = new AbortController();
      await send('ada@example.com');
      await waiting.verify(controller).catch((error) => console.log(error.code));
      await waiting.close();`,
    prints: 'aborted',
  },
])('a program exits $name', async ({ program, prints }) => {
  await using trap = await startSmtpTrap();
  expect((await runProgram(trap, program)).trim()).toBe(prints);
  await trap.waitForConnectionClose();
});
