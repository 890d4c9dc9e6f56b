import { MailError, type Receipt } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import type { QueueMailer } from './index.js';

/** What PostgreSQL stores in no column of text or JSON. */
const TEXTS = [
  ['a NUL character', '550 no\0such user'],
  ['a lone high surrogate', '550 no \ud800 user'],
  ['a lone low surrogate', '550 no \udc00 user'],
  ['a reply of 20,000 lines', '550-no such\u001b user\r\n'.repeat(20_000)],
] as const;

/** Past every check that an error or a receipt goes through when it is made. */
const overwritten = (fields: Record<string, unknown>): MailError =>
  Object.assign(new MailError('message_rejected', 'No.', { stage: 'data' }), fields);

const sealedIn = (text: string): readonly (readonly [string, 'sent' | 'failed', () => unknown])[] => [
  [
    'a MailError',
    'failed',
    () => {
      throw new MailError('message_rejected', text, { stage: 'data', response: text, hint: text });
    },
  ],
  [
    'a MailError that was changed',
    'failed',
    () => {
      throw overwritten({
        message: text,
        response: text,
        hint: text,
        code: text,
        stage: text,
        responseCode: text,
      });
    },
  ],
  [
    'an error with such a name',
    'failed',
    () => {
      throw Object.assign(new Error(text), { name: text });
    },
  ],
  [
    'something else that is thrown',
    'failed',
    () => {
      throw text;
    },
  ],
  [
    'a receipt',
    'sent',
    () => ({ messageId: text, accepted: text, transport: text, response: text, attempts: 1, durationMs: 1 }),
  ],
  ['a receipt of other types', 'sent', () => ({ messageId: 5, transport: null, response: { text } })],
  ['no receipt', 'sent', () => undefined],
];

const CASES = TEXTS.flatMap(([what, text]) =>
  sealedIn(text).map(([where, state, deliver]) => [what, where, state, deliver] as const),
);

describeOnBackends(({ setUp, inTransaction }) => {
  describe('text that the database can’t store', () => {
    test.each(CASES)('%s in %s holds up nothing', async (_what, _where, state, deliver) => {
      const transport = createMemoryTransport();
      const { deliver: send } = mailerOn(transport);
      const mailer: QueueMailer = {
        deliver: async (email, options) =>
          email.type === 'SignIn' ? (deliver() as Receipt) : send(email, options), // as JavaScript lets it
      };
      const { queue } = await setUp({ mailer, lanes: { all: {} } });
      const { id } = await enqueue(queue, signIn());
      const other = await enqueue(queue, invitation());
      const ended = [next(queue, state, id), next(queue, 'sent', other.id)];
      await queue.start();
      await Promise.all(ended);
      await queue.stop();
      const delivery = await queue.status(id);
      expect(delivery).toMatchObject({ state, attempts: 1 });
      const stored = JSON.stringify(delivery);
      expect(stored).not.toMatch(/\\u00[01]|\\ud[89a-f]/);
      expect(stored.length).toBeLessThan(20_000);
      expect((await queue.stats()).states).toMatchObject({ sending: 0, queued: 0, retrying: 0 });
    });

    test('is refused as a type, before it ends the transaction of the caller', async () => {
      const { queue, transport } = await setUp();
      const odd = testEmail({ type: 'Sign\0In' });
      const kept = invitation();
      const sent = next(queue, 'sent');
      await inTransaction(async (db) => {
        await expect(queue.enqueue(odd, { db })).rejects.toMatchObject({ code: 'payload_invalid' });
        await enqueue(queue, kept, { db });
        return 'commit';
      });
      await queue.start();
      await sent;
      expect(transport.emails.map(({ to }) => to)).toEqual([kept.to]);
      expect(await queue.list({ type: 'Sign\0In' })).toEqual({ deliveries: [] });
      expect(await queue.list({ lane: '\ud800' })).toEqual({ deliveries: [] });
    });

    test('may be in what is sealed or digested', async () => {
      const { queue, transport } = await setUp();
      const hostile = 'a\0b\ud800';
      const request = { ...invitation(), locale: hostile, ip: hostile, idempotencyKey: hostile };
      const sent = next(queue, 'sent');
      const { id } = await enqueue(queue, {
        ...request,
        payload: { ...request.payload, name: hostile } as typeof request.payload,
      });
      expect(await queue.cancel({ idempotencyKey: 'a\0c\ud800' })).toBe(false);
      await queue.start();
      expect(await sent).toMatchObject([{ id }]);
      expect(transport.emails).toHaveLength(1);
    });
  });
});
