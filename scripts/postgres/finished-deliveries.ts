/** A client or pool of `pg`. */
interface Sql {
  query(text: string): Promise<unknown>;
}

/**
 * Fills the history of a newly migrated mail queue with finished deliveries for each of the past days. Each day has its own
 * partition. The server generates the rows.
 */
export async function addFinishedDeliveries(
  sql: Sql,
  { schema, days, daily }: { schema: string; days: number; daily: number },
): Promise<void> {
  await sql.query(`DO $$
    DECLARE
      today timestamptz := date_trunc('day', now(), 'UTC');
      bound timestamptz := (SELECT max(starts_at) FROM ${schema}.delivery_partition);
      starts timestamptz := today - interval '${days} days';
    BEGIN
      DROP TABLE ${schema}.delivery_history_first;
      DELETE FROM ${schema}.delivery_partition WHERE name = 'delivery_history_first';
      EXECUTE format('CREATE TABLE ${schema}.delivery_history_past PARTITION OF ${schema}.delivery_history FOR VALUES FROM (MINVALUE) TO (%L)', starts);
      INSERT INTO ${schema}.delivery_partition VALUES ('delivery_history_past', '-infinity');
      WHILE starts < bound LOOP
        EXECUTE format('CREATE TABLE ${schema}.%I PARTITION OF ${schema}.delivery_history FOR VALUES FROM (%L) TO (%L)',
          'delivery_history_' || to_char(starts, 'YYYYMMDD'), starts, starts + interval '1 day');
        INSERT INTO ${schema}.delivery_partition VALUES ('delivery_history_' || to_char(starts, 'YYYYMMDD'), starts);
        starts := starts + interval '1 day';
      END LOOP;
    END $$`);
  for (let day = 0; day < days; day++) {
    await sql.query(`INSERT INTO ${schema}.delivery_history (
        id, place, state, lane, type, recipient, recipient_digest, supersedes, job_id, fence, attempts, interruptions,
        created_at, updated_at, expires_at, message_id, transport, reply, error
      )
      SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 14, 3) || 'a' || substr(md5(n::text), 18, 15))::uuid,
        n - ${days * daily}, state, CASE type WHEN 'SignIn' THEN 'codes' ELSE 'other' END, type, 'a***@example.com',
        substr(md5((n % 1000003)::text), 1, 22), type = 'SignIn', gen_random_uuid(), 0, 1, 0,
        at, at, at + interval '10 minutes', '<' || n || '@example.com>', 'smtp', '250 OK',
        CASE WHEN state <> 'sent' THEN '{"code": "recipient_rejected", "message": "It is rejected."}'::jsonb END
      FROM (
        SELECT n, CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 100 = 1 THEN 'expired' ELSE 'sent' END AS state,
          CASE WHEN n % 3 = 0 THEN 'OrganizationInvitation' ELSE 'SignIn' END AS type,
          now() - interval '${day} days' - (n % ${daily}) * interval '1 day' / ${daily} AS at
        FROM generate_series(${day * daily}, ${(day + 1) * daily - 1}) AS n
      ) AS numbered`);
  }
  await sql.query(`INSERT INTO ${schema}.delivery_tally (lane, type, state, ended_on, count)
    SELECT lane, type, state, date_trunc('day', updated_at, 'UTC'), count(*) FROM ${schema}.delivery_history GROUP BY 1, 2, 3, 4`);
  await sql.query('VACUUM ANALYZE');
}
