/**
 * Guards what an email costs, in figures that don't depend on the machine: what can be counted is exact, and the rest
 * is compared with nodemailer's pool in the same process, block by block. Nothing here is a time.
 */
import { beforeAll, expect, it } from 'vitest';
import { NODEMAILER_POOL, POSTERN } from './contestant.ts';
import { ratio } from './measurement.ts';
import { compareCosts, type MessageCost } from './message-cost.ts';
import { startOwnSink } from './sink.ts';

let ours: MessageCost;
/** With compiled Handlebars and html-to-text, as an application renders. */
let nodemailer: MessageCost;

beforeAll(async () => {
  await using sink = await startOwnSink();
  [ours, nodemailer] = await compareCosts([POSTERN, NODEMAILER_POOL], sink, { blocks: 30, messages: 100 });
});

it('takes as many round trips as SMTP itself, with PIPELINING', () => {
  expect(ours.roundTrips).toBe(2);
});

it('writes to the socket twice: the commands together, then the message', () => {
  expect(ours.writes).toBeLessThanOrEqual(2);
});

it('makes few timers', () => {
  expect(ours.timers).toBeLessThanOrEqual(3);
});

// Measured, on a busy machine: 0.38 with Node 24.
it('allocates, rendering and all, less than half of what nodemailer’s pool does', () => {
  expect(ratio(ours.allocatedBytes, nodemailer.allocatedBytes)).toBeLessThan(0.48);
});

// Measured, on a busy machine: 0.37 with Node 24.
it('takes, rendering and all, less CPU time than nodemailer’s pool', () => {
  expect(ratio(ours.cpuMicroseconds, nodemailer.cpuMicroseconds)).toBeLessThan(0.6);
});
