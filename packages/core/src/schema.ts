/** One thing that a schema found wrong. */
export interface SchemaIssue {
  /** `custom`, or one of zod's: `invalid_type`, `too_small`, … */
  readonly code: string;
  readonly path: readonly PropertyKey[];
  /** What to write instead. */
  readonly message: string;
  readonly input?: unknown;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What {@link Schema.parse} throws. */
export interface SchemaError extends Error {
  readonly issues: readonly SchemaIssue[];
}

/** What a schema made of an input, or all that is wrong with it. */
export type SchemaResult<Output> =
  | { readonly success: true; readonly data: Output; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: SchemaError };

/**
 * Checks what comes from outside. It is a Standard Schema (https://standardschema.dev, version 1), and part of a schema of
 * your own where that is one of zod 4, whose `z.output` and `z.input` know its types:
 *
 * @example
 * ```ts
 * const jobSchema = z.object({ request: sendRequestSchema, priority: z.number() });
 * ```
 */
export interface Schema<Output, Input = Output> {
  /** @throws {SchemaError} */
  parse(input: unknown): Output;
  safeParse(input: unknown): SchemaResult<Output>;
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (input: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
  /** What zod infers from. Everything else in there is zod's own. */
  readonly _zod: { readonly output: Output; readonly input: Input };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}
