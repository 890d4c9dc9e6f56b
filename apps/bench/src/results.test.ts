import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { type Section, sectionOf, writeResults } from './results.ts';

const section = (title: string, figure: string, measuredAt: string): Section => ({
  ...sectionOf(title, 5, {
    tables: [{ title: 'Speed', columns: ['', 'per second'], rows: [['one', figure]] }],
    goals: [{ text: 'one against two', measured: 2.5, atLeast: 2 }],
    notes: [],
  }),
  measuredAt,
});

it('replaces only the section of a bench, in the order of the benches', async () => {
  const path = await mkdtemp(join(tmpdir(), 'bench-results-'));
  onTestFinished(() => rm(path, { recursive: true }));
  const folder = pathToFileURL(`${path}/`);
  const order = ['speed', 'size', 'start'];

  const first = { size: section('Size', '10', '2026-11-01T00:00:00Z') };
  await writeResults({ start: section('Start', '20', '2026-11-01T00:00:00Z'), ...first }, order, folder);
  await writeResults({ speed: section('Speed', '30', '2026-11-02T00:00:00Z') }, order, folder);
  await writeResults({ size: section('Size', '40', '2026-11-03T00:00:00Z') }, order, folder);

  const text = await readFile(join(path, 'RESULTS.md'), 'utf8');
  const shown = [...text.matchAll(/^(?:## (\w+)|`bench (\w+)` on (\S+):.*|\| one *\| +(\d+) \|)$/gm)];
  expect(shown.map(([, title, name, day, figure]) => title ?? figure ?? `${name} ${day}`)).toEqual([
    ...['Speed', 'speed 2026-11-02', '30'],
    ...['Size', 'size 2026-11-03', '40'],
    ...['Start', 'start 2026-11-01', '20'],
  ]);
  expect(text).toContain(`medians of 5 interleaved rounds. Node ${process.version}`);
});
