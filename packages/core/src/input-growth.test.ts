import { describe, expect, test } from 'vitest';
import {
  canonicalAddress,
  createMailer,
  inspectConnectorConfig,
  maskAddress,
  parseRecipient,
  readWebUrl,
  resolveVariables,
  type Transport,
} from './index.js';

const transport: Transport = {
  name: 'none',
  send: () => Promise.reject(new Error('Nothing is sent.')),
  verify: () => Promise.resolve(),
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const render = async (template: { sendFrom?: string; replyTo?: string }, value = 'Ada') => {
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [
        { usageType: 'SignIn', contentType: 'text/plain', subject: 'Code', content: '{{code}}', ...template },
      ],
    },
    transport,
    missingVariable: 'empty',
  });
  return mailer.render({ to: 'ada@example.com', type: 'SignIn', payload: { code: '000000', value } });
};

const inspectConfig = (config: object) =>
  inspectConnectorConfig({
    host: 'smtp.example.com',
    port: 587,
    fromEmail: 'a@example.com',
    templates: [],
    ...config,
  });

const READERS: Record<string, (text: string) => unknown> = {
  'a recipient': (text) => parseRecipient(text),
  'a quoted recipient': (text) => canonicalAddress(`"${text}"@example.com`),
  'a masked address': maskAddress,
  'a URL': (text) => readWebUrl(`https://example.com/${text}`),
  'a variable of the config': (text) => resolveVariables({ auth: { pass: text } }, {}),
  'fromEmail of the config': (text) => inspectConfig({ fromEmail: text }),
  'replyTo of the config': (text) => inspectConfig({ replyTo: text }),
  'an unknown key of the config': (text) => inspectConfig({ [text]: true }),
  'a custom header': (text) => inspectConfig({ customHeaders: { [text]: text } }),
  'sendFrom of a template': (text) => render({ sendFrom: text }),
  'sendFrom with a variable': (text) => render({ sendFrom: `${text}{{value}} <a@example.com>` }),
  'replyTo of a template': (text) => render({ replyTo: `${text}, {{value}} <a@example.com>` }),
  'a value in sendFrom': (text) => render({ sendFrom: '{{value}} <a@example.com>' }, text),
  'a value as the whole of sendFrom': (text) => render({ sendFrom: '{{value}}' }, text),
};

const PATTERNS = [
  '"',
  '\\"',
  '"\\"',
  '" "',
  '<',
  '"<',
  '@',
  ',',
  '",',
  '{{',
  '{{"',
  '${',
  ' ',
  'a',
  'é',
  '.',
];

async function cost(read: (text: string) => unknown, text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    try {
      await read(text);
    } catch {
      // Refusing is an answer, too.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

describe.each(Object.entries(READERS))('the time to read %s', (_name, read) => {
  test('grows at most linearly', async () => {
    for (const pattern of PATTERNS) {
      const make = (length: number) => pattern.repeat(length / pattern.length);
      await cost(read, make(1000));
      const [short, long] = [await cost(read, make(9_000)), await cost(read, make(144_000))];
      // Sixteen times the length takes sixteen times as long, and 256 times if it is quadratic. Short measurements vary.
      const ratio = long / Math.max(short, 2_000);
      if (ratio > 64) throw new Error(`${JSON.stringify(pattern)} takes ${ratio} times as long`);
    }
    expect(PATTERNS.length).toBeGreaterThan(0);
  });
});

describe('input that is too long', () => {
  const long = 'a'.repeat(300);
  test.each([
    ['a display name', `${long} <a@example.com>`, 'the display name is longer than 256 characters'],
    ['a quoted display name', `"${long}" <a@example.com>`, 'the display name is longer than 256 characters'],
    ['a mailbox', `${long.repeat(4)} <a@example.com>`, 'it is too long'],
  ])('%s is refused in fromEmail', (_name, fromEmail, problem) => {
    expect(inspectConfig({ fromEmail }).issues).toContainEqual(
      expect.objectContaining({ code: 'sender_invalid', message: expect.stringContaining(problem) }),
    );
  });

  test('a list of addresses is refused in replyTo', () => {
    const replyTo = Array.from({ length: 1000 }, (_, index) => `a${index}@example.com`).join(', ');
    expect(inspectConfig({ replyTo }).issues).toContainEqual(
      expect.objectContaining({
        code: 'reply_to_invalid',
        message: expect.stringContaining('it is too long'),
      }),
    );
  });

  test('a list in a template is replaced by that of the config', async () => {
    const { from, replyTo } = await render({ sendFrom: '"'.repeat(60_000), replyTo: '\\"'.repeat(30_000) });
    expect(from).toEqual({ address: 'noreply@example.com' });
    expect(replyTo).toBeUndefined();
  });

  test('the name of a header is refused', () => {
    const issues = inspectConfig({ customHeaders: { [`X-${long}`]: 'x' } }).issues;
    expect(issues).toContainEqual(expect.objectContaining({ code: 'header_name' }));
  });
});

test('only commas outside of quotes and variables separate entries', async () => {
  const { replyTo } = await render({
    replyTo:
      '"Lovelace, Ada" <a@example.com>, {{value}} <b@example.com>, "Say \\"hi, you\\"" <c@example.com>',
  });
  expect(replyTo?.map(({ address }) => address)).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
});
