import { StillpointError } from "../../../errors/stillpoint-error.ts";
import type { Sql } from "../../sql/sql.ts";

export type Product = "MySQL" | "MariaDB";

/** What answers there, which version it is, and which server among all: MySQL's UUID, MariaDB's own id where it has one. */
export interface ServerIdentity {
  readonly product: Product;
  readonly version: string;
  readonly id: string;
}

export async function serverIdentity(sql: Pick<Sql, "query">): Promise<ServerIdentity> {
  const [row] = await sql.query(
    "SELECT VERSION() AS version, @@version_comment AS comment, @@hostname AS host",
  );
  const version = String(row?.["version"]);
  const product = /mariadb/i.test(`${version} ${row?.["comment"]}`) ? "MariaDB" : "MySQL";
  const ids = await sql.query(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid', 'server_id')",
  );
  const id = ids.map((variable) => `${variable["Variable_name"]} ${variable["Value"]}`).join(", ");
  return { product, version, id: `${row?.["host"]}, ${id}` };
}

/** The first two numbers of a version: a client of the same series knows all that its server can do. */
function seriesOf(version: string): readonly [number, number] {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    throw new StillpointError(
      "DATABASE_REFUSED",
      `"${version}" is no version of MySQL or MariaDB; nothing was done`,
    );
  return [Number(major), Number(minor)];
}

export function isOlder(version: string, than: string): boolean {
  const [[major, minor], [otherMajor, otherMinor]] = [seriesOf(version), seriesOf(than)];
  return major !== otherMajor ? major < otherMajor : minor < otherMinor;
}
