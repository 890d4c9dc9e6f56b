/**
 * What was measured, kept as data in `results.json`: one section for each bench, with the day and the machine that it
 * was measured on. RESULTS.md is written from it, so that a bench that runs alone replaces nothing but its own section.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import type { BenchResult } from './bench.ts';
import { resultAsMarkdown } from './report.ts';

const resultSchema = z.object({
  tables: z.array(
    z.object({ title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  ),
  goals: z.array(
    z.object({
      text: z.string(),
      measured: z.number(),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
    }),
  ),
  notes: z.array(z.string()),
}) satisfies z.ZodType<BenchResult>;

const sectionSchema = z.object({
  title: z.string(),
  measuredAt: z.iso.datetime(),
  rounds: z.number(),
  machine: z.string(),
  node: z.string(),
  result: resultSchema,
});

export interface Section extends Omit<z.output<typeof sectionSchema>, 'result'> {
  readonly result: BenchResult;
}

/** The sections by the names of their benches. */
export type Results = Readonly<Record<string, Section>>;

/** The folder of this app. */
const FOLDER = new URL('../', import.meta.url);

export function sectionOf(title: string, rounds: number, result: BenchResult): Section {
  const [cpu] = cpus();
  return {
    title,
    measuredAt: new Date().toISOString(),
    rounds,
    machine: `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()} ${arch()}`,
    node: process.version,
    result,
  };
}

function resultsAsMarkdown(results: Results): string {
  const sections = Object.entries(results).map(([name, section]) =>
    [
      `## ${section.title}`,
      `\`bench ${name}\` on ${section.measuredAt.slice(0, 10)}: ${section.rounds === 1 ? 'one run' : `medians of ${section.rounds} interleaved rounds`}. Node ${section.node}, ${section.machine}.`,
      resultAsMarkdown(section.result),
    ].join('\n\n'),
  );
  return `${[
    '# Results',
    'Written by `npx --yes pnpm@12 bench`; [README.md](README.md) says what is measured, and how. The ratios of one run are the claims. Absolute figures are those of one machine on one day.',
    ...sections,
  ].join('\n\n')}\n`;
}

async function readResults(file: URL): Promise<Results> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return z.record(z.string(), sectionSchema).parse(JSON.parse(text));
}

/** Replaces the given sections of `results.json`, and writes RESULTS.md; `order` is that of the benches. */
export async function writeResults(
  measured: Results,
  order: readonly string[],
  folder: URL = FOLDER,
): Promise<void> {
  const file = new URL('results.json', folder);
  const all = { ...(await readResults(file)), ...measured };
  const results = Object.fromEntries(
    order.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
  );
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(new URL('RESULTS.md', folder), resultsAsMarkdown(results));
}
