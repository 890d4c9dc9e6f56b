import { help, readArguments, UsageError } from './arguments.ts';
import { type Bench, type BenchContext, type BenchResult, NotMeasured } from './bench.ts';
import { fleet } from './benches/fleet.ts';
import { latency } from './benches/latency.ts';
import { queue } from './benches/queue.ts';
import { render } from './benches/render.ts';
import { resources } from './benches/resources.ts';
import { scale } from './benches/scale.ts';
import { startUp } from './benches/start-up.ts';
import { throughput } from './benches/throughput.ts';
import { resultAsText } from './report.ts';
import { type Section, sectionOf, writeResults } from './results.ts';

/** In the order of execution and of RESULTS.md. */
const BENCHES: readonly Bench[] = [throughput, latency, render, startUp, resources, queue, scale, fleet];

const print = (text: string) => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const order = BENCHES.map(({ name }) => name);
  const { names, rounds, quick, ...args } = readArguments(process.argv.slice(2), order);
  if (args.help) return print(help(BENCHES));
  const sections: Record<string, Section> = {};
  for (const bench of BENCHES.filter(({ name }) => names.includes(name))) {
    print(`\n${bench.title}`);
    const result = await run(bench, { rounds, quick, log: (line) => print(`  ${line}`) });
    if (!result) continue;
    print(`\n${resultAsText(result)}`);
    sections[bench.name] = sectionOf(bench.title, bench.isOneRun ? 1 : rounds, result);
  }
  if (!quick) await writeResults(sections, order);
}

/** A bench without a result does not stop the others, and RESULTS.md keeps its previous result. */
async function run(bench: Bench, context: BenchContext): Promise<BenchResult | undefined> {
  try {
    return await bench.run(context);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    print(`\nNot measured: ${error.message}`);
    process.exitCode = 1;
    return undefined;
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
