import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';

/** A database server of this machine, empty at first. */
export interface Database extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

/** A real PostgreSQL. Durability against a power cut is off; against everything else it is as usual. */
export async function startPostgres(): Promise<Database> {
  const { url, remove } = await startRealPostgres();
  return { name: 'PostgreSQL', url, [Symbol.asyncDispose]: remove };
}
