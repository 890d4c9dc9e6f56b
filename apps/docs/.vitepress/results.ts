/** The figures of the comparison: those of `apps/bench/RESULTS.md`, so that the site cannot say anything else. */

/** As the rows of the tables begin. */
const CONTESTANTS = [
  'Postern',
  'nodemailer',
  'Upyo',
  '@nestjs-modules/mailer',
  'email-templates',
  'official Logto connector',
] as const;

type Contestant = (typeof CONTESTANTS)[number];

interface Figures {
  /** With its version. */
  readonly name: string;
  /** Emails per second, 10 at a time. */
  readonly throughput: string;
  /** Its part of nodemailer's pool. */
  readonly ratio: string;
  /** Of an email over an open connection, to a server that offers PIPELINING. */
  readonly roundTrips: string | undefined;
  /** Milliseconds from the start of a process until a server has accepted its first email. */
  readonly firstEmail: string;
  readonly packages: string;
  readonly megabytes: string;
}

export interface Comparison {
  readonly measured: string;
  readonly rows: readonly Figures[];
}

/** @throws Error if RESULTS.md has no such table or row */
export function compareResults(markdown: string): Comparison {
  const throughput = readTable(markdown, 'Throughput', 'per second');
  // The first one is that of a server that offers PIPELINING.
  const latency = readTable(markdown, 'Latency', 'round trips');
  const startUp = readTable(markdown, 'Start', 'first email accepted');
  const installed = readTable(markdown, 'Start', 'packages');
  const [, measured = ''] = /^`bench throughput` on (.*)$/m.exec(markdown) ?? [];
  return {
    measured,
    rows: CONTESTANTS.map((contestant) => ({
      name: contestant === 'Postern' ? contestant : cell(throughput, contestant, ''),
      throughput: cell(throughput, contestant, 'per second'),
      ratio: cell(throughput, contestant, '× nodemailer, pool'),
      roundTrips: find(latency, contestant)?.['round trips'],
      firstEmail: cell(startUp, contestant, 'first email accepted'),
      packages: cell(installed, contestant, 'packages'),
      megabytes: cell(installed, contestant, 'MB'),
    })),
  };
}

type Row = Readonly<Record<string, string>>;

/** The first row that begins with the name. */
const find = (table: readonly Row[], contestant: Contestant): Row | undefined =>
  table.find((row) => row['']?.startsWith(contestant));

function cell(table: readonly Row[], contestant: Contestant, column: string): string {
  const value = find(table, contestant)?.[column];
  if (value === undefined) throw new Error(`RESULTS.md has no "${column}" of ${contestant}.`);
  return value;
}

/** The first table of a section that has the column. */
function readTable(markdown: string, heading: string, column: string): Row[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const tables = [...section.matchAll(/^\|.*$(?:\n\|.*$)*/gm)].map(([table]) => {
    const [columns = [], , ...rows] = table.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((text) => text.trim()),
    );
    return { columns, rows };
  });
  const { columns, rows } = tables.find((table) => table.columns.includes(column)) ?? {
    columns: [],
    rows: [],
  };
  return rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ''])));
}
