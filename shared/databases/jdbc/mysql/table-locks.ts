import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import { quoted } from "../../sql/quote.ts";
import type { SqlSession } from "../../sql/sql.ts";
import type { Product } from "./product.ts";
import { readTables, type Table } from "./tables.ts";

const WAIT_S = 10;
const TABLES_AT_ONCE = 50;

/**
 * Takes the lock of a reader on every table, which nothing that alters, truncates or drops one can pass until the
 * session ends, and says what the tables are. Rows are not read, and writers go on.
 */
export async function holdTables(session: SqlSession, captured: CapturedJdbc): Promise<readonly Table[]> {
  await session.query(`SET SESSION lock_wait_timeout = ${WAIT_S}`);
  await session.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  await session.query("START TRANSACTION");
  const names = captured.tables.map(({ schema, name }) => quoted("mysql", schema, name));
  for (let from = 0; from < names.length; from += TABLES_AT_ONCE) {
    const some = names.slice(from, from + TABLES_AT_ONCE);
    await session.query(some.map((name) => `(SELECT 1 FROM ${name} LIMIT 0)`).join(" UNION ALL "));
  }
  return readTables(session, { product: captured.product as Product, sees: true }, captured.schemas);
}
