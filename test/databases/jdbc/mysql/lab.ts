import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Random } from "../../../../rehearsal/ledger/random.ts";
import type { JdbcDatabaseSettings } from "../../../../shared/config/config.ts";
import { openMysql } from "../../../../shared/databases/jdbc/mysql/open-mysql.ts";
import type { JdbcServer } from "../../../../shared/databases/jdbc/server.ts";
import { quoted } from "../../../../shared/databases/sql/quote.ts";
import type { Sql } from "../../../../shared/databases/sql/sql.ts";
import type { CapturedJdbc } from "../../../../shared/restore/jdbc/captured.ts";
import type { OwnMariadb } from "../../sql/own-mariadb.ts";

/** A schema that ScalarDB would never make, and MariaDB does. */
export const STRANGE = "Zü`rich-\u00c4 USE";
const PASSWORD_NAME = "STILLPOINT_TEST_PASSWORD";

export type Changed = Partial<JdbcDatabaseSettings> & { readonly word?: string };

export function opened({ address }: OwnMariadb, { word, ...changed }: Changed = {}): JdbcServer {
  const { host, port, user, password } = address;
  return openMysql(
    {
      name: "main",
      kind: "jdbc",
      engine: "mysql",
      host,
      port,
      user,
      password: { env: PASSWORD_NAME },
      tls: "off",
      metadataNamespace: "scalardb",
      coordinatorNamespace: "coordinator",
      format: "plain",
      replicaWaitMs: 0,
      dumps: { kind: "folder", path: "/nowhere" },
      ...changed,
    },
    { [PASSWORD_NAME]: word ?? password },
  );
}

/** ScalarDB's layout: accounts in two schemas, whose total never changes, a coordinator, and a table of hostile values. */
export async function makeBank(sql: Sql, { accounts = 50, balance = 1000 } = {}): Promise<void> {
  for (const schema of ["scalardb", "coordinator", "scalar", STRANGE])
    await sql.query(`CREATE DATABASE ${quoted("mysql", schema)}`);
  await sql.query(`CREATE TABLE scalardb.metadata (full_table_name VARCHAR(128), column_name VARCHAR(128),
    data_type VARCHAR(20) NOT NULL, PRIMARY KEY (full_table_name, column_name))`);
  const tables = ["coordinator.state", "scalar.account", `${STRANGE}.Konto é`, `${STRANGE}.values`];
  for (const table of tables)
    await sql.query("INSERT INTO scalardb.metadata VALUES (?, 'id', 'INT')", [table]);
  await sql.query("CREATE TABLE coordinator.state (tx_id INT AUTO_INCREMENT PRIMARY KEY)");
  for (const table of ACCOUNTS) {
    await sql.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, balance INT NOT NULL) CHARACTER SET latin1`);
    await sql.query(`INSERT INTO ${table} SELECT seq, ? FROM scalar.seq_1_to_${accounts}`, [balance]);
  }
  await makeValues(sql);
}

const ACCOUNTS = [quoted("mysql", "scalar", "account"), quoted("mysql", STRANGE, "Konto é")] as const;
const VALUES = quoted("mysql", STRANGE, "values");

const HOSTILE = [
  "\nUSE `scalar`;\n",
  "\r\nCREATE DATABASE `scalar`;\r\n",
  "\nDELIMITER ;;\nDROP TABLE account;;",
  "\n-- Dump completed\n",
  "'\"`\\ \0 \x1a \x08 é\u{1F600}",
  "\\\nUSE `scalar`;",
  "",
];

async function makeValues(sql: Sql): Promise<void> {
  await sql.query(`CREATE TABLE ${VALUES} (id INT AUTO_INCREMENT PRIMARY KEY, words LONGTEXT DEFAULT 'x\nUSE \`scalar\`;',
    old VARCHAR(200) CHARACTER SET latin1, bytes LONGBLOB COMMENT 'a\nUSE \`scalar\`;', ratio DOUBLE, moment DATETIME(6),
    day TIMESTAMP NULL, CHECK (words <> 'y\nUSE \`scalar\`;')) COMMENT 'b\nUSE \`scalar\`;'`);
  for (const words of HOSTILE)
    await sql.query(`INSERT INTO ${VALUES} (words, old, bytes, ratio, moment, day) VALUES (?)`, [
      [
        words,
        "accté\x81",
        Buffer.from(words),
        0.1 + 0.2,
        "2024-02-29 23:59:59.123456",
        "2024-02-29 01:02:03",
      ],
    ]);
  await sql.query(
    `INSERT INTO ${VALUES} (words, bytes) VALUES (REPEAT('long\n', 200000), REPEAT('\\0', 600000))`,
  );
}

/** Moves an amount between the two tables of accounts, and notes it with the coordinator. */
export async function transfer(sql: Sql, random: Random, accounts = 50): Promise<number> {
  const session = await sql.session();
  try {
    const [from, to] = random.below(2) === 0 ? ACCOUNTS : ACCOUNTS.toReversed();
    const [one, other, amount] = [random.below(accounts) + 1, random.below(accounts) + 1, random.below(50)];
    await session.query("START TRANSACTION");
    await session.query(`UPDATE ${from} SET balance = balance - ? WHERE id = ?`, [amount, one]);
    await session.query(`UPDATE ${to} SET balance = balance + ? WHERE id = ?`, [amount, other]);
    await session.query("INSERT INTO coordinator.state VALUES ()");
    const [row] = await session.query("SELECT LAST_INSERT_ID() AS id");
    await session.query("COMMIT");
    return Number(row?.["id"]);
  } finally {
    await session.end();
  }
}

export interface Dumped {
  readonly captured: CapturedJdbc;
  readonly bytes: Buffer;
}

export async function dumpAll(server: JdbcServer): Promise<Dumped> {
  const { captured, problems } = await server.capture();
  if (problems.length > 0) throw new Error(problems.join("; "));
  const running = await server.startDump(captured, () => performance.now());
  const bytes = await buffer(running.output as Readable);
  await running.ended;
  return { captured, bytes };
}

/** Every row of every table, by the schema's name in the dump. */
export async function contents(
  sql: Sql,
  { tables }: CapturedJdbc,
  names: Readonly<Record<string, string>> = {},
) {
  const found: Record<string, unknown> = {};
  for (const { schema, name } of tables)
    found[`${schema}.${name}`] = await sql
      .query(`SELECT * FROM ${quoted("mysql", names[schema] ?? schema, name)} ORDER BY 1, 2`)
      .catch(() => sql.query(`SELECT * FROM ${quoted("mysql", names[schema] ?? schema, name)} ORDER BY 1`));
  return found;
}
