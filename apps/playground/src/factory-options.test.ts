import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PACKAGES = new URL('../../../packages/', import.meta.url);

type Factory = (...given: unknown[]) => unknown;

/** Every exported factory of the published packages. */
const factories: Record<string, Factory> = {};
for (const folder of readdirSync(PACKAGES)) {
  const manifest = new URL(`${folder}/package.json`, PACKAGES);
  const index = new URL(`${folder}/dist/index.js`, PACKAGES);
  if (!existsSync(manifest) || !existsSync(index)) continue;
  if (JSON.parse(readFileSync(manifest, 'utf8')).private) continue;
  const exported: Record<string, unknown> = await import(index.href);
  for (const [name, value] of Object.entries(exported))
    if (typeof value === 'function' && /^(?:create|with)[A-Z]|^[a-z]\w*Store$/.test(name))
      factories[name] = value as Factory; // JavaScript programs can pass anything
}

const transport = (name: string) => ({
  name,
  ...{ send: async () => ({}), verify: async () => {}, close: async () => {} },
  [Symbol.asyncDispose]: async () => {},
});

/** An option of each factory, and the arguments before the options. */
const TABLE: Record<string, [option: string, ...before: unknown[]]> = {
  createAuthEmails: ['locale'],
  createClerkWebhook: ['secret'],
  createEmailProvider: ['maxAge'],
  createFetchHandler: ['basePath'],
  createHealthCheck: ['intervalMs', { verify: async () => {} }],
  createKratosWebhook: ['secret'],
  createLinkGuard: ['binding'],
  createLogtoNoticeWebhook: ['secret'],
  createLogtoWebhook: ['secret'],
  createMailHandler: ['authorize'],
  createMailQueue: ['logger'],
  createMailRouter: ['authorize'],
  createMailer: ['missingVariable'],
  createMemoryTransport: ['clock'],
  createNodemailerTransport: ['envelopeFrom', { sendMail: async () => ({}) }],
  createSmtpTransport: ['maxConnections', { host: '127.0.0.1', port: 1 }],
  createSupabaseWebhook: ['secret'],
  createTemplates: ['locales'],
  createTransport: ['logger', { host: '127.0.0.1', port: 1 }],
  createVerification: ['policy'],
  createZitadelWebhook: ['toleranceMs'],
  memoryStore: ['maxEntries'],
  postgresStore: ['schema'],
  redisStore: ['prefix'],
  withFailover: ['failureThreshold', [transport('main'), transport('backup')]],
  withRateLimit: ['intervalMs', transport('main')],
  withRetry: ['maxAttempts', transport('main')],
};

/** These take no options, or options that another factory has already checked. */
const WITHOUT_OPTIONS = [
  ...['createDrain', 'createMessageSender', 'createOperatorLogger', 'createRequestHandler'],
  'createTokenSource',
];

test('every exported factory is in the table', () => {
  expect(Object.keys(factories).sort()).toEqual([...Object.keys(TABLE), ...WITHOUT_OPTIONS].sort());
});

test.each(Object.entries(TABLE))(
  '%s refuses a misspelled option and suggests the right one',
  async (name, [option, ...before]) => {
    const misspelled = `${option.slice(0, -2)}${option.slice(-1)}`;
    const call = async () => factories[name]?.(...before, { [misspelled]: 1 });
    await expect(call()).rejects.toMatchObject({
      name: 'ConfigError',
      issues: expect.arrayContaining([
        expect.objectContaining({
          path: [misspelled],
          message: expect.stringContaining(`did you mean ${option}?`),
        }),
      ]),
    });
  },
);
