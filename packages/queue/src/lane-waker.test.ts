import { beforeEach, expect, test, vi } from 'vitest';
import { createLaneWaker } from './lane-waker.js';

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

function setUp() {
  const notified: (readonly string[])[] = [];
  const notify = async (lanes: readonly string[]) => void notified.push(lanes);
  return { notified, waker: createLaneWaker({ notify, onError: () => expect.unreachable() }) };
}

test('a burst makes one notification at its start and one at its end', async () => {
  const { notified, waker } = setUp();
  for (let index = 0; index < 1000; index++) waker.wake(['codes', 'other', 'codes']);
  expect(notified).toEqual([['codes', 'other']]);
  await vi.runAllTimersAsync();
  expect(notified).toEqual([
    ['codes', 'other'],
    ['codes', 'other'],
  ]);
  waker.wake(['codes']);
  await vi.runAllTimersAsync();
  expect(notified.slice(2)).toEqual([['codes']]);
});

test('nothing is notified for no lanes, and a close sends what is left', async () => {
  const { notified, waker } = setUp();
  waker.wake([]);
  expect(notified).toEqual([]);
  waker.wake(['codes']);
  waker.wake(['other']);
  await waker.close();
  expect(notified).toEqual([['codes'], ['other']]);
});

test('a notification that fails is reported, and the next one is sent', async () => {
  const errors: unknown[] = [];
  let calls = 0;
  const waker = createLaneWaker({
    notify: async () => {
      calls += 1;
      throw new Error('The database is away.');
    },
    onError: (error) => void errors.push(error),
  });
  waker.wake(['codes']);
  waker.wake(['codes']);
  await vi.runAllTimersAsync();
  expect([calls, errors.length]).toEqual([2, 2]);
});
