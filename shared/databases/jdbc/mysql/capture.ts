import type { JdbcDatabaseSettings } from "../../../config/config.ts";
import type { CapturedJdbc } from "../../../restore/jdbc/captured.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Worth } from "../server.ts";
import { type Grant, isGranted, missingOn, readGrants } from "./grants.ts";
import { type ServerIdentity, serverIdentity } from "./product.ts";
import { replicaProblem } from "./replica.ts";
import { type Chosen, chooseSchemas } from "./schemas.ts";
import { type MysqlSettings, readSettings } from "./settings.ts";
import { identityOf, readTables, type Table } from "./tables.ts";
import { findTool } from "./tools.ts";

const DUMPER = ["SELECT", "SHOW VIEW", "TRIGGER"];

interface State {
  readonly server: ServerIdentity;
  readonly grants: readonly Grant[];
  readonly chosen: Chosen;
  readonly tables: readonly Table[];
}

export async function captureMysql(
  sql: Sql,
  settings: JdbcDatabaseSettings,
): Promise<Worth & { readonly captured: CapturedJdbc }> {
  const state = await readState(sql, settings);
  const { server, chosen, tables } = state;
  const read = await readSettings(sql, chosen.schemas.length > 0 ? chosen.schemas : [""], tables);
  const tool = await findTool("dump", server, settings.tools);
  const lag = await replicaProblem(sql, settings.replicaWaitMs);
  const worth = worthOf(state);
  return {
    ...worth,
    problems: [
      ...worth.problems,
      ...("problem" in tool ? [tool.problem] : []),
      ...(lag === undefined ? [] : [lag]),
      ...unloadable(read),
    ],
    captured: {
      engine: "mysql",
      product: server.product,
      serverVersion: server.version,
      host: settings.host,
      port: settings.port,
      schemas: [...chosen.schemas],
      tables: tables
        .filter(({ isView }) => !isView)
        .map(({ schema, name, rows, bytes }) => ({
          schema,
          name,
          ...(rows !== undefined && { rows }),
          bytes,
        })),
      settings: read,
    },
  };
}

export async function identifyMysql(sql: Sql, settings: JdbcDatabaseSettings): Promise<Worth> {
  return worthOf(await readState(sql, settings));
}

async function readState(sql: Sql, settings: JdbcDatabaseSettings): Promise<State> {
  const server = await serverIdentity(sql);
  const grants = await readGrants(sql);
  const chosen = await chooseSchemas(sql, settings);
  const tables = await readTables(
    sql,
    { product: server.product, sees: isGranted("PROCESS", grants) },
    chosen.schemas,
  );
  return { server, grants, chosen, tables };
}

function worthOf({ server, grants, chosen, tables }: State): Worth {
  return {
    identity: [`server ${server.product} ${server.id}`, ...tables.map(identityOf)],
    problems: [
      ...chosen.problems,
      ...missingTables(chosen, tables),
      ...tables.map(tableProblem).filter((problem) => problem !== undefined),
      ...privilegeProblems(grants, chosen.schemas),
    ],
    // A dump is of its own moment, whatever came before.
    coveredFromSecond: 0,
    artifact: "pending",
    ...(chosen.coordinator === "elsewhere" && { coordinator: "elsewhere" }),
  };
}

function missingTables({ listed, schemas }: Chosen, tables: readonly Table[]): readonly string[] {
  const there = new Set(tables.map(({ schema, name }) => `${schema}.${name}`));
  return listed
    .filter((name) => schemas.some((schema) => name.startsWith(`${schema}.`)) && !there.has(name))
    .map(
      (name) =>
        `ScalarDB's metadata lists table "${name}", which is not there, or which the user may not see`,
    );
}

function tableProblem({ schema, name, type, engine }: Table): string | undefined {
  const table = `"${schema}"."${name}"`;
  // The names stand on lines of the dump.
  if (/[\r\n]/.test(schema + name))
    return `the name of ${JSON.stringify(`${schema}.${name}`)} has a line break: rename it`;
  if (type === "VIEW") return undefined;
  if (type !== "BASE TABLE")
    return `${table} is a ${type.toLowerCase()}, whose contents a dump in one transaction does not carry: move it to another schema`;
  if (engine !== "InnoDB")
    return `table ${table} is kept by ${engine ?? "no engine"}, which knows no transactions, so a dump of it would be of many moments: ALTER TABLE ... ENGINE = InnoDB, or move it to another schema`;
  return undefined;
}

function privilegeProblems(grants: readonly Grant[], schemas: readonly string[]): readonly string[] {
  return [
    ...(isGranted("PROCESS", grants)
      ? []
      : [
          "the user lacks PROCESS, without which a table that is truncated during a dump goes unnoticed: GRANT PROCESS ON *.*",
        ]),
    ...schemas.flatMap((schema) => {
      const missing = missingOn(schema, DUMPER, grants);
      if (missing.length === 0) return [];
      return [`the user lacks ${missing.join(", ")} on schema "${schema}": grant it on all of the schema`];
    }),
  ];
}

/** Only a trigger's body is written into a dump with its own line ends. */
function unloadable({ triggers }: MysqlSettings): readonly string[] {
  return triggers
    .filter(({ body }) => /[\r\n]DELIMITER /i.test(body))
    .map(
      ({ schema, name }) =>
        `trigger "${schema}"."${name}" has a line that begins with DELIMITER, which would end it in a dump: write it in another way`,
    );
}
