/** A comparison of Postern with its alternatives. */
export interface Bench {
  /** The name on the command line. */
  readonly name: string;
  readonly title: string;
  /** It takes minutes and compares nothing, so it runs once, whatever the number of rounds. */
  readonly isOneRun?: true;
  run(context: BenchContext): Promise<BenchResult>;
}

/** A requirement of a bench is missing, such as the registry. */
export class NotMeasured extends Error {
  override name = 'NotMeasured';
}

export interface BenchContext {
  /** The number of measurements of each contestant, in turns. */
  readonly rounds: number;
  /** Few messages for a trial run. The figures are not reliable and are not stored. */
  readonly quick: boolean;
  log(line: string): void;
}

/** The results of a bench. Compare only the ratios. */
export interface BenchResult {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** Sentences that explain the method and the results. */
  readonly notes: readonly string[];
}

/** The first column is text. The others are figures. */
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
