import { describe, expect, test } from 'vitest';
import type { EmailSummary } from '../src/wire/inbox';
import { NOTHING_YET, reduce } from './live-state';

const email = (id: string, subject = ''): EmailSummary => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  from: 'a@example.com',
  to: 'b@example.com',
  subject,
  excerpt: '',
  hasLink: false,
  attachments: 0,
});
const second = (at: number, accepted = 1) => ({ at, accepted, failed: 0, p50Ms: 1, p95Ms: 1, maxMs: 1 });

describe('the live state', () => {
  test('is what the snapshot says, whatever was before', () => {
    const before = reduce(NOTHING_YET, { type: 'email', email: email('1') });
    const after = reduce(before, { type: 'snapshot', ...NOTHING_YET, emails: [email('2')] });
    expect(after.emails.map(({ id }) => id)).toEqual(['2']);
  });

  test('has new emails first, and newer versions in the place of the older', () => {
    const state = [email('1'), email('2'), email('1', 'labeled')].reduce(
      (known, each) => reduce(known, { type: 'email', email: each }),
      NOTHING_YET,
    );
    expect(state.emails.map(({ id, subject }) => [id, subject])).toEqual([
      ['2', ''],
      ['1', 'labeled'],
    ]);
  });

  test('loses the emails that were deleted, and without ids all of them', () => {
    const state = { ...NOTHING_YET, emails: [email('2'), email('1')] };
    expect(reduce(state, { type: 'emails-deleted', ids: ['2'] }).emails).toEqual([email('1')]);
    expect(reduce(state, { type: 'emails-deleted' }).emails).toEqual([]);
  });

  test('has each second once, in order, and no more than two minutes of them', () => {
    const state = Array.from({ length: 130 }, (_, at) => at)
      .concat(129)
      .reduce(
        (known, at, index) => reduce(known, { type: 'metrics', second: second(at, index) }),
        NOTHING_YET,
      );
    expect(state.seconds).toHaveLength(120);
    expect(state.seconds[0]?.at).toBe(10);
    expect(state.seconds.at(-1)).toEqual(second(129, 130));
  });
});
