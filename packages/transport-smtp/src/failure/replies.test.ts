import { MailError, type MailStage } from '@postern/core';
import { type FaultStage, type SmtpTrap, startSmtpTrap, testEmail } from '@postern/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectTableInDocs, tableRow } from '../../fixtures/docs-table.js';
import { lookupTo } from '../../fixtures/lookup.js';
import { KNOWN_REPLIES, type KnownReply } from '../../fixtures/replies.js';
import { createSmtpTransport, diagnose } from '../index.js';

const auth = { user: 'noreply@example.com', pass: 'correct-horse' };
const lookup = lookupTo({ address: '127.0.0.1', family: 4 });
const STAGES: Partial<Record<FaultStage, MailStage>> = { starttls: 'tls' };
const stageOf = (at: FaultStage) => STAGES[at] ?? (at as MailStage); // the others have the same names

const LOGINS = [{ user: 'apikey', pass: 'SG.id.key' }, auth] as const;
const hostnames = [...new Set(KNOWN_REPLIES.map(({ host = 'smtp.example.com' }) => host))];
let traps: readonly [anonymous: SmtpTrap, sendgrid: SmtpTrap, others: SmtpTrap];

beforeAll(async () => {
  const start = (auth?: { user: string; pass: string }) =>
    startSmtpTrap({ certificate: { hostnames }, ...(auth && { auth }) });
  traps = [await start(), await start(LOGINS[0]), await start(LOGINS[1])];
});
afterAll(() => Promise.all(traps.map((trap) => trap.close())));

type Said = Pick<KnownReply, 'at' | 'reply' | 'host' | 'isAnonymous'>;

/** A working setup in which the server gives this reply. */
function setUp({ at, reply, host = 'smtp.example.com', isAnonymous }: Said) {
  const login = host.includes('sendgrid') ? LOGINS[0] : LOGINS[1];
  const trap = isAnonymous ? traps[0] : login === LOGINS[0] ? traps[1] : traps[2];
  trap.clearFaults();
  trap.fault({ at, kind: reply.startsWith('4') ? '4xx' : '5xx', reply });
  return {
    ...{ host, port: trap.port, tls: { ca: trap.certificate } },
    ...{ auth: isAnonymous ? {} : login, fromEmail: auth.user },
  };
}

async function failureOf(reply: Said, to = 'ada@example.org'): Promise<MailError> {
  const { fromEmail: _, ...config } = setUp(reply);
  const transport = createSmtpTransport(config, { lookup });
  const error: unknown = await transport.send(testEmail({ to })).then(
    () => expect.unreachable('the reply had no effect'),
    (reason: unknown) => reason,
  );
  await transport.close();
  return error instanceof MailError ? error : expect.unreachable(String(error));
}

/** The diagnosis of a reply. */
const diagnosisOf = (reply: KnownReply, to?: string) => {
  const resolver = { resolveMx: async () => [], resolveTxt: async () => [] };
  const options = { to, lookup, resolver, alternativePorts: [] };
  return diagnose(setUp(reply), { ...options, deadlineMs: 90_000 });
};

const rows: string[] = [];

const oneLine = (reply: string) => reply.replaceAll(/\r\n\d{3}[ -](?:\d\.\d+\.\d+ ?)?/g, ' ');

describe('a refusal', () => {
  it.each(KNOWN_REPLIES)('of $from at $at: $reply', async (each) => {
    const { from, at, reply, means, retryable = reply.startsWith('4'), isAnonymous } = each;
    const { party, code, failover, hint, lasts } = means;
    const error = await failureOf(each);
    expect(error).toMatchObject({ code, retryable, stage: stageOf(at) });
    expect(error.hint).toMatch(hint);
    if (party !== 'recipient')
      expect(`${error.message} ${error.hint}`).not.toMatch(/typos|refused the recipient/);
    if (at !== 'data' && at !== 'delivery') {
      const { verdict, problem } = await diagnosisOf(each, 'ada@example.org');
      expect(verdict).toBe(retryable && !lasts ? 'temporary' : 'broken');
      expect(problem).toMatchObject({ code });
    }
    const said = `\`${oneLine(reply)}\`${isAnonymous ? ', without a login' : ''}`;
    rows.push(
      tableRow([
        from,
        `\`${at}\``,
        said,
        party,
        `\`${code}\``,
        retryable ? 'yes' : 'no',
        failover,
        error.hint ?? '',
      ]),
    );
  });

  it('has a row in docs/diagnosis.md', async () => {
    expect(rows).toHaveLength(KNOWN_REPLIES.length);
    await expectTableInDocs(
      'replies',
      ['Server or provider', 'Step', 'Reply', 'Cause', 'Code', 'Retryable', 'Failover', 'What to do'],
      rows,
    );
  });
});

const facts = ({ code, retryable, hint }: MailError) => ({ code, retryable, hint });

describe('diagnose() without a recipient', () => {
  it.each(KNOWN_REPLIES.filter(({ at }) => at === 'rcpt'))('receives $reply', async (each) => {
    const withRecipient = await diagnosisOf(each, 'ada@example.org');
    const { verdict, problem, steps } = await diagnosisOf(each);
    const step = steps.find(({ name }) => name === 'rcpt');
    // After a login, a policy may reject only the test addresses.
    if (each.means.party === 'recipient' || each.means.hint.source.includes('policy')) {
      expect(verdict).toBe('ready');
      expect(step).toMatchObject({
        status: 'skipped',
        summary: expect.stringContaining('no specific recipient'),
      });
    } else {
      expect({ verdict, code: problem?.code, hint: problem?.hint }).toEqual({
        verdict: withRecipient.verdict,
        code: each.means.code,
        hint: withRecipient.problem?.hint,
      });
    }
  });
});

describe('the meaning of a reply', () => {
  const ONE_LINE = KNOWN_REPLIES.filter(({ reply }) => !reply.includes('\r\n'));

  it(
    'does not depend on letter case, line breaks, or the line that has the status',
    { timeout: 60_000 },
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ONE_LINE),
          fc.func(fc.constantFrom('keep', 'upper', 'break')),
          fc.constantFrom('first', 'last', 'all'),
          async (each, change, at) => {
            const [, code = '', status = '', text = ''] =
              /^(\d{3}) ?([245]\.\d+\.\d+ )?(.*)$/.exec(each.reply) ?? [];
            const lines = text
              .split(' ')
              .map((word, index) => (change(index) === 'upper' ? word.toUpperCase() : word))
              .reduce((all, word, index) => `${all}${change(index) === 'break' ? '\n' : ' '}${word}`)
              .split('\n');
            const reply = lines.map((line, index) => {
              const isLast = index === lines.length - 1;
              const has = at === 'all' || (at === 'first' ? index === 0 : isLast);
              return `${code}${isLast ? ' ' : '-'}${has ? status : ''}${line}`;
            });
            const spelled = await failureOf({ ...each, reply: reply.join('\r\n') });
            expect(facts(spelled)).toEqual(facts(await failureOf(each)));
          },
        ),
        { numRuns: 150 },
      ),
  );

  it.each(['smtp.mailgun.org', 'smtp.sendgrid.net', 'smtp.postmarkapp.com', 'smtpdm.aliyun.com'])(
    'is about the recipient if the status at the end of the message is, at %s',
    async (host) => {
      for (const reply of ['550 5.1.1 Not here', '553 5.1.2 Not here', '501 5.1.3 Not here', '550 5.2.1 Off'])
        expect(await failureOf({ at: 'delivery', reply, host })).toMatchObject({
          code: 'recipient_rejected',
        });
    },
  );

  it.each(['550@example.org', '5.1.1@example.org', '1.1@example.org', 'example.com@example.org'])(
    'is determined before %s is masked',
    async (to) => {
      for (const reply of [
        '550 5.1.1 User unknown',
        '550 5.7.66 TLS 1.0 and 1.1 are not supported',
        '550 <>: Relay access denied 550',
      ])
        expect(facts(await failureOf({ at: 'rcpt', reply }, to))).toEqual(
          facts(await failureOf({ at: 'rcpt', reply })),
        );
    },
  );

  it('does not depend on an address that the server repeats', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ONE_LINE.filter(({ reply }) => reply.length < 60)),
        fc.constantFrom(
          (to: string) => `554 5.7.1 <${to}>: Recipient address rejected: Access denied`,
          (to: string) => `550 5.1.1 <${to}>... User unknown`,
          (to: string) => `550 ${to}: mailbox unavailable`,
          (to: string) => `550 [${to}]: mailbox unavailable`,
          (to: string) => `550-5.1.1 ${to}\r\n550 5.1.1 is not known here`,
          (to: string) => `550 No mailbox for ${to}`,
          (to: string) => `550 ${to}`,
          (to: string) => `550-${to}\r\n550 is not known here`,
        ),
        async (other, template) => {
          const phrase = other.reply.replace(/^\d{3} ?([245]\.\d+\.\d+ )?|[^\w .:;,-]/g, '');
          const to = phrase.includes(' ') ? `"${phrase}"@example.org` : `${phrase}@example.org`;
          const crafted = await failureOf({ at: 'rcpt', reply: template(to) }, to);
          expect(facts(crafted)).toEqual(
            facts(await failureOf({ at: 'rcpt', reply: template('ada@example.org') })),
          );
        },
      ),
      { numRuns: 100 },
    ),
  );
});
