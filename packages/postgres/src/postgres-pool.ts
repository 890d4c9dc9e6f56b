/** What Postern uses of a `Pool` of `pg`, or of a PGlite. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Lends one connection. A PGlite has a single one, and lacks this method. */
  connect?(): Promise<PostgresSession>;
}

/** One connection of a pool. */
export interface PostgresSession {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Returns the connection to its pool, or closes it. */
  release(destroy?: boolean): void;
}
