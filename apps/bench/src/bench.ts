/** One thing that is measured, side by side with what users would pick instead. */
export interface Bench {
  /** What it is called on the command line. */
  readonly name: string;
  readonly title: string;
  /** It takes minutes and compares nothing, so it runs once, whatever the number of rounds. */
  readonly isOneRun?: true;
  run(context: BenchContext): Promise<BenchResult>;
}

/** Something that a bench needs is not to be had here: the registry, for example. The message says what. */
export class NotMeasured extends Error {
  override name = 'NotMeasured';
}

export interface BenchContext {
  /** How many times each contestant is measured, in turns with the others. */
  readonly rounds: number;
  /** Few messages, to try something out: the figures mean little, and nothing is written down. */
  readonly quick: boolean;
  log(line: string): void;
}

/** Ratios are the claims; absolute figures stand beside them. */
export interface BenchResult {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** Sentences for the reader: what was measured how, and what it shows. */
  readonly notes: readonly string[];
}

/** The first column is text, the others are aligned as figures. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Goal {
  readonly text: string;
  readonly measured: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const isMet = ({ measured, atLeast = -Infinity, atMost = Infinity }: Goal): boolean =>
  measured >= atLeast && measured <= atMost;
