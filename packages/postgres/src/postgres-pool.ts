/** The part of a `Pool` of `pg` that Postern uses. A PGlite has only `query`. */
export interface PostgresPool {
  readonly options?: { readonly max?: number | undefined } | undefined;
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Checks out one connection. */
  connect?(): Promise<PostgresClient>;
}

/** One connection of a {@link PostgresPool}. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** @param destroy whether to close the connection instead of returning it to the pool */
  release(destroy?: boolean): void;
}
