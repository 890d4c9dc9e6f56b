import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';

/** An empty database server on this machine. */
export interface Database extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

/** A real PostgreSQL without fsync. */
export async function startPostgres(): Promise<Database> {
  const { url, remove } = await startRealPostgres();
  return { name: 'PostgreSQL', url, [Symbol.asyncDispose]: remove };
}
