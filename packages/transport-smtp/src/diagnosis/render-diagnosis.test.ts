import { expect, it } from 'vitest';
import { type Diagnosis, renderDiagnosis } from '../index.js';

const diagnosis: Diagnosis = {
  verdict: 'broken',
  provider: 'SendGrid',
  durationMs: 61,
  steps: [
    {
      name: 'config',
      status: 'warning',
      tried: 'Read the config',
      summary: 'smtp.sendgrid.net:587, STARTTLS (SendGrid)',
      durationMs: 1,
      problems: [
        {
          severity: 'warning',
          path: ['auth', 'pass'],
          message: 'no API key',
          hint: 'Make one.',
          temporary: false,
        },
      ],
    },
    {
      name: 'connect',
      status: 'failed',
      tried: 'Connect to smtp.sendgrid.net:587',
      summary: 'It does not answer.',
      durationMs: 60,
      response: '554-First\r\n554 \u001b[31m\u202elast\r\n',
      problems: [
        {
          severity: 'error',
          code: 'timeout',
          message: 'It does not answer.',
          hint: 'Use port 465.',
          temporary: false,
          patch: { port: 465, secure: true },
          alternatives: [{ patch: { port: 465, secure: true }, works: true, message: 'port 465: works' }],
        },
      ],
    },
  ],
};

it('renders each step with its result, the server reply, and the fix', () => {
  expect(renderDiagnosis(diagnosis)).toMatchInlineSnapshot(`
    "! config    smtp.sendgrid.net:587, STARTTLS (SendGrid) (1 ms)
        auth.pass: no API key
        → Make one.
    ✗ connect   It does not answer. (60 ms)
        server: 554-First
        server: 554  [31m last
        → Use port 465.
        → config change: {"port":465,"secure":true}
        tried port 465: works

    Broken: emails cannot be sent"
  `);
});

it('lets the caller add color', () => {
  const roles = new Set<string>();
  const text = renderDiagnosis(diagnosis, {
    style: (part, role) => {
      roles.add(role);
      return `<${part}>`;
    },
  });
  expect([...roles].sort()).toEqual(['failed', 'hint', 'response', 'warning']);
  expect(text.replaceAll(/[<>]/g, '')).toBe(renderDiagnosis(diagnosis));
});

it.each([
  ['ready', /^Ready to send emails/m],
  ['temporary', /^Temporary problem: .*Try again later/m],
] as const)('ends with the verdict (%s)', (verdict, says) => {
  expect(renderDiagnosis({ verdict, steps: [], durationMs: 0 })).toMatch(says);
});
