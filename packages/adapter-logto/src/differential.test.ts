import type { CreateConnector, EmailConnector, SendMessageData } from '@logto/connector-kit';
import createOfficial from '@logto/connector-smtp';
import { type ReceivedEmail, type SmtpTrap, startSmtpTrap } from '@postern/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { pictureOf } from '../fixtures/differential/email-picture.js';
import { comparable, expectedOf } from '../fixtures/differential/intended-differences.js';
import { answerOf, configOf, type SendCase, sendCase } from '../fixtures/differential/send-case.js';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

/** Sends in parallel, because the official connector mostly waits for a new connection for each email. */
const LANES = [1, 2, 3, 4];
const RUNS_PER_LANE = process.env.POSTERN_THOROUGH ? 500 : 150;

const AUTH = { user: 'mailer', pass: 'hunter2-hunter2' };
/** Auth in the forms that Logto stores: with and without a type. */
const AUTH_FOR: Readonly<Record<SendCase['server'], object>> = {
  open: {},
  login: { type: 'login', ...AUTH },
  starttls: AUTH,
};

type Connector = CreateConnector<EmailConnector>;
type Traps = Readonly<Record<SendCase['server'], SmtpTrap>> & AsyncDisposable;

async function startTraps(): Promise<Traps> {
  const [open, login, starttls] = await Promise.all([
    startSmtpTrap({ tls: 'none' }),
    startSmtpTrap({ tls: 'none', auth: AUTH }),
    startSmtpTrap({ auth: AUTH }),
  ]);
  const close = async () => {
    await Promise.all([open.close(), login.close(), starttls.close()]);
  };
  return { open, login, starttls, [Symbol.asyncDispose]: close };
}

/** The single email of the case. */
async function receive(create: Connector, traps: Traps, send: SendCase): Promise<ReceivedEmail> {
  const trap = traps[send.server];
  trap.inbox.clear();
  const { host, port, certificate } = trap;
  const tls = send.server === 'starttls' ? { tls: { ca: certificate } } : {};
  const config = { ...configOf(send), host, port, auth: AUTH_FOR[send.server], ...tls };
  const connector = await create({
    getConfig: async () => config,
    getI18nEmailTemplate: async () => answerOf(send),
  });
  const { to, type, payload } = send;
  // A server may be newer than the connector-kit, with unknown types and values.
  await connector.sendMessage({ to, type, payload } as SendMessageData);
  expect(trap.inbox.messages).toHaveLength(1);
  return trap.inbox.waitForEmail();
}

/** Sends through both connectors to separate servers and compares the emails. */
const sameAsOfficial = (create: Connector, official: Traps, ours: Traps, done?: () => void) =>
  fc.asyncProperty(sendCase, async (send) => {
    // Skip cases that the official connector cannot send, such as a value that is not an address as the sender.
    const theirs = await receive(createOfficial, official, send).catch(() => undefined);
    fc.pre(theirs !== undefined);
    const email = await receive(create, ours, send);
    expect(comparable(pictureOf(email))).toEqual(comparable(expectedOf(send, pictureOf(theirs))));
    done?.();
  });

// Half of the cases log warnings.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterAll(() => closeTransports());

describe('every email equals that of the official connector, except for intended differences', () => {
  test.concurrent.each(LANES)('lane %i', { timeout: 300_000 }, async () => {
    await using official = await startTraps();
    await using ours = await startTraps();
    let compared = 0;
    const count = () => {
      compared += 1;
    };
    await fc.assert(sameAsOfficial(createConnector, official, ours, count), { numRuns: RUNS_PER_LANE });
    expect(compared).toBe(RUNS_PER_LANE);
  });
});

/** Connectors with a deliberate mistake. */
const MISTAKES: readonly [name: string, connector: Connector][] = [
  ['nothing is escaped and nothing is added', createOfficial],
  ['the template store is not used', (options) => createConnector({ getConfig: options.getConfig })],
  [
    'the code is different',
    withChange(({ payload, ...rest }) => ({ ...rest, payload: { ...payload, code: '0' } })),
  ],
  ['the recipient is different', withChange((data) => ({ ...data, to: 'eve@example.com' }))],
  ['the type is different', withChange((data) => ({ ...data, type: 'Generic' as SendMessageData['type'] }))],
  ...['replyTo', 'customHeaders'].map((key): [string, Connector] => [
    `${key} is missing`,
    ({ getConfig, ...options }) =>
      createConnector({
        ...options,
        getConfig: async (id) => ({ ...Object(await getConfig(id)), [key]: undefined }),
      }),
  ]),
];

function withChange(change: (data: SendMessageData) => SendMessageData): Connector {
  return async (options) => {
    const connector = await createConnector(options);
    return { ...connector, sendMessage: (data, config) => connector.sendMessage(change(data), config) };
  };
}

describe('the comparison detects that', () => {
  test.each(MISTAKES)('%s', { timeout: 60_000 }, async (_name, connector) => {
    await using official = await startTraps();
    await using ours = await startTraps();
    const { failed, errorInstance } = await fc.check(sameAsOfficial(connector, official, ours), {
      numRuns: 500,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain('deeply equal');
  });
});
