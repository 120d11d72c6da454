import type { Sql } from "../../sql/sql.ts";
import { runOfMark } from "./marks.ts";

/** A database of the server, as every other one of it sees it. */
export interface DatabaseRow {
  readonly name: string;
  /** The run that made it, where one did. */
  readonly madeBy?: string;
  readonly comment: string | undefined;
  readonly bytes: number;
  /** Whether this user may rename and drop it. */
  readonly isOurs: boolean;
}

/** Undefined where there is no such database. */
export async function findDatabase(
  { query }: Pick<Sql, "query">,
  name: string,
): Promise<DatabaseRow | undefined> {
  const [row] = await query(
    `SELECT shobj_description(oid, 'pg_database') AS comment, pg_has_role(datdba, 'MEMBER') AS ours,
            CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) ELSE 0 END AS bytes
       FROM pg_database WHERE datname = $1`,
    [name],
  );
  if (row === undefined) return undefined;
  const comment = (row["comment"] as string | null) ?? undefined;
  const madeBy = runOfMark(comment);
  return {
    name,
    ...(madeBy !== undefined && { madeBy }),
    comment,
    bytes: Number(row["bytes"]),
    isOurs: row["ours"] === true,
  };
}

/** Who else is in these databases, as people know them. Of others' sessions a user may see no more than that they are. */
export async function othersIn(
  { query }: Pick<Sql, "query">,
  names: readonly string[],
  ourApplication: string,
): Promise<readonly string[]> {
  const rows = await query(
    `SELECT datname, coalesce(nullif(application_name, ''), 'without a name') AS application, usename AS user,
            coalesce(host(client_addr), CASE WHEN backend_type IS NULL THEN 'a host that this user may not see'
              ELSE 'this server' END) AS host, count(*) AS number
       FROM pg_stat_activity
      WHERE datname = ANY ($1) AND coalesce(backend_type, 'client backend') = 'client backend'
        AND usename IS NOT NULL AND application_name <> $2
      GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    [names, ourApplication],
  );
  return rows.map(
    (row) =>
      `application "${row["application"]}" as user "${row["user"]}" from ${row["host"]} in database "${row["datname"]}" (${row["number"]})`,
  );
}
