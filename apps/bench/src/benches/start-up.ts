import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Bench, Goal, Table } from '../bench.ts';
import { type InstalledTree, installTree, packWorkspace } from '../installed-tree.ts';
import { interleave, median, spread } from '../measurement.ts';
import { formatFigure, formatPercent, formatRatio } from '../report.ts';
import { startOwnSink } from '../sink.ts';
import { measuredVersionOf } from '../versions.ts';

/** A program to start. */
interface Program {
  readonly name: string;
  /** The file in `start-up`. */
  readonly file: string;
  /** The package to install. */
  readonly package: string;
  readonly alongside?: readonly string[];
}

const POSTERN: Program = {
  name: 'Postern, core + transport-smtp',
  file: 'postern.mjs',
  package: '@postern/transport-smtp',
  alongside: ['@postern/core'],
};

const NODEMAILER: Program = { name: 'nodemailer', file: 'nodemailer.mjs', package: 'nodemailer' };

const PROGRAMS: readonly Program[] = [
  POSTERN,
  NODEMAILER,
  { name: 'Upyo', file: 'upyo.mjs', package: '@upyo/smtp', alongside: ['@upyo/core'] },
  {
    name: 'official Logto connector',
    file: 'official-connector.mjs',
    package: '@logto/connector-smtp',
  },
  { name: 'email-templates', file: 'email-templates.mjs', package: 'email-templates' },
  {
    name: '@nestjs-modules/mailer',
    file: 'nestjs-mailer.mjs',
    package: '@nestjs-modules/mailer',
  },
];

/** The starts of each program in a round. One takes at most a second. */
const STARTS = 4;

const START_UP = new URL('../../start-up/', import.meta.url);
const PACKAGES = new URL('../../../../packages/', import.meta.url);

/** Installs the packed workspace packages, and the other packages from the registry. */
async function install(log: (line: string) => void): Promise<Map<Program, InstalledTree>> {
  const ours = await packWorkspace({
    '@postern/core': new URL('core/', PACKAGES),
    '@postern/transport-smtp': new URL('transport-smtp/', PACKAGES),
  });
  const trees = new Map<Program, InstalledTree>();
  for (const program of PROGRAMS) {
    const names = [program.package, ...(program.alongside ?? [])];
    const dependencies = Object.fromEntries(
      names.map((name) => [name, ours[name] ?? measuredVersionOf(name)]),
    );
    const tree = await installTree(program.package, dependencies);
    log(`${program.name}: ${formatMegabytes(tree.bytes)} MB in ${tree.packages.length} packages`);
    await cp(START_UP, join(tree.folder, 'start-up'), { recursive: true });
    trees.set(program, tree);
  }
  return trees;
}

const formatMegabytes = (bytes: number): string => formatFigure(bytes / 2 ** 20);

interface Start {
  /** Milliseconds from the start of the process until everything is imported. */
  readonly imported: number;
  /** Milliseconds from the start of the process until the server has accepted the first email. */
  readonly accepted: number;
}

const saidSchema = z.object({ imported: z.number(), accepted: z.number() });

/** Milliseconds since the epoch with a higher resolution than `Date`, consistent across processes. */
const now = () => performance.timeOrigin + performance.now();

async function start({ folder }: InstalledTree, { file }: Program, port: number): Promise<Start> {
  const begin = now();
  const child = spawn(process.execPath, [join('start-up', file), String(port)], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${file} exited with code ${code}.`);
  const { imported, accepted } = saidSchema.parse(JSON.parse(said));
  return { imported: imported - begin, accepted: accepted - begin };
}

function timeTable(
  starts: ReadonlyMap<Program, readonly Start[]>,
  trees: ReadonlyMap<Program, InstalledTree>,
): Table {
  const base = median((starts.get(NODEMAILER) ?? []).map(({ accepted }) => accepted));
  return {
    title: 'From the start of a process, in milliseconds',
    columns: ['', 'imported', 'first email accepted', 'spread', '× nodemailer', '− nodemailer'],
    rows: [...starts].map(([program, measured]) => {
      const accepted = measured.map((each) => each.accepted);
      return [
        `${program.name} ${trees.get(program)?.version}`,
        formatFigure(median(measured.map(({ imported }) => imported))),
        formatFigure(median(accepted)),
        formatPercent(spread(accepted)),
        formatRatio(median(accepted) / base),
        formatFigure(median(accepted) - base),
      ];
    }),
  };
}

const sizeTable = (trees: ReadonlyMap<Program, InstalledTree>, ours: InstalledTree): Table => ({
  title: 'What npm installs for production',
  columns: ['', 'packages', 'files', 'MB', '× Postern'],
  rows: [...trees].map(([{ name }, { version, packages, files, bytes }]) => [
    `${name} ${version}`,
    formatCount(packages.length),
    formatCount(files),
    formatMegabytes(bytes),
    formatRatio(bytes / ours.bytes),
  ]),
});

const formatCount = (count: number): string => count.toLocaleString('en-US');

/** The packages that make a tree large. */
const heaviest = ({ packages }: InstalledTree): string =>
  new Intl.ListFormat('en-US').format(
    packages
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, 5)
      .map(({ path, bytes }) => `${path} (${formatMegabytes(bytes)} MB)`),
  );

export const startUp: Bench = {
  name: 'start-up',
  title: 'Startup: time until a process sends its first email, and install size',
  async run({ rounds, quick, log }) {
    const trees = await install(log);
    await using sink = await startOwnSink();
    const measure = (program: Program) => start(treeOf(trees, program), program, sink.server.port);
    // A first run fills the file cache of the system.
    await interleave(PROGRAMS, 1, measure);
    const starts = await interleave(PROGRAMS, quick ? 2 : STARTS * rounds, measure);
    const acceptedBy = (program: Program) =>
      median((starts.get(program) ?? []).map(({ accepted }) => accepted));
    const ours = treeOf(trees, POSTERN);
    const goals: Goal[] = [
      {
        text: 'Additional milliseconds until the first email, compared with nodemailer',
        measured: acceptedBy(POSTERN) - acceptedBy(NODEMAILER),
        atMost: 60,
      },
    ];
    return {
      tables: [timeTable(starts, trees), sizeTable(trees, ours)],
      goals,
      notes: [
        'Each program imports its package from an npm installation and sends one email to a server without TLS on the same machine.',
        `Sizes are the totals of all file sizes. Postern’s largest packages are ${heaviest(ours)}.`,
      ],
    };
  },
};

function treeOf(trees: ReadonlyMap<Program, InstalledTree>, program: Program): InstalledTree {
  const tree = trees.get(program);
  if (!tree) throw new Error(`${program.name} is not installed.`);
  return tree;
}
