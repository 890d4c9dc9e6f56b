import { Client } from 'pg';
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

/** Removes dead rows, as autovacuum does later, so that one measurement does not affect the next. */
export async function vacuum({ url }: Database): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query('VACUUM ANALYZE');
  await client.end();
}
