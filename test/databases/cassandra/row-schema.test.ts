import { expect, test } from "vitest";
import type { CqlRow } from "../../../shared/databases/cassandra/cql.ts";
import { readCqlSchemas } from "../../../shared/databases/cassandra/row-schema.ts";
import { DEFAULT_NAMESPACES } from "../../../shared/verify/table-role.ts";
import { fakeNode } from "./fake-node.ts";

type ColumnText = `${"partition_key" | "clustering" | "regular"} ${number} ${string}`;

interface Table {
  readonly keyspace: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnText>>;
  readonly indexes?: readonly string[];
}

const TRANSACTION = {
  tx_id: "regular -1 text",
  tx_state: "regular -1 int",
  tx_version: "regular -1 int",
} as const;

function schemasOf(...tables: readonly Table[]) {
  const named = ({ keyspace, name }: Table) => ({ keyspace_name: keyspace, table_name: name });
  const columns = tables.flatMap((table) =>
    Object.entries(table.columns).map(([column_name, text]): CqlRow => {
      const [kind, position, type] = text.split(" ");
      return { ...named(table), column_name, kind, position: Number(position), type };
    }),
  );
  const node = fakeNode({
    "system_schema.tables": tables.map(named),
    "system_schema.columns": columns.toReversed(),
    "system_schema.indexes": tables.flatMap((table) =>
      (table.indexes ?? []).map((target) => ({ ...named(table), options: { target } })),
    ),
  });
  return readCqlSchemas(node, DEFAULT_NAMESPACES);
}

const KEY = { id: "partition_key 0 text" } as const;

test("keys are told in their order, whatever order columns come in, and indexes by the columns' real names", async () => {
  const [schema] = await schemasOf({
    keyspace: "app",
    name: "Orders",
    columns: {
      z: "partition_key 0 int",
      a: "partition_key 1 text",
      y: "clustering 0 bigint",
      b: "clustering 1 date",
      'We"ird': "regular -1 timestamp",
      plain: "regular -1 varchar",
    },
    indexes: ['"We""ird"', "plain"],
  });
  expect(schema).toEqual({
    physical: "app.Orders",
    namespace: "app",
    table: "Orders",
    role: "other",
    transactional: false,
    partitionKey: ["z", "a"],
    clusteringKey: ["y", "b"],
    columns: { z: "int", a: "text", y: "bigint", b: "date", 'We"ird': "timestamptz", plain: "text" },
    secondaryIndexes: ['We"ird', "plain"],
  });
});

test("tables are told by what they are to ScalarDB, Cassandra's own not at all", async () => {
  const schemas = await schemasOf(
    { keyspace: "system_auth", name: "roles", columns: { ...KEY, s: "regular -1 set<text>" } },
    { keyspace: "system", name: "local", columns: { ...KEY, s: "regular -1 uuid" } },
    { keyspace: "systematic", name: "t", columns: KEY },
    { keyspace: "coordinator", name: "state", columns: { tx_id: "partition_key 0 text" } },
    { keyspace: "scalar", name: "asset", columns: { ...KEY, prev_hash: "regular -1 blob", ...TRANSACTION } },
    { keyspace: "app", name: "accounts", columns: { ...KEY, ...TRANSACTION } },
  );
  expect(schemas.map(({ physical, role, transactional }) => [physical, role, transactional])).toEqual([
    ["app.accounts", "record", true],
    ["coordinator.state", "coordinator", false],
    ["scalar.asset", "asset", true],
    ["systematic.t", "other", false],
  ]);
});

test.each(["uuid", "set<text>", "frozen<map<text, int>>", "counter", "decimal", "inet", "toString"])(
  "a column of type %s among ScalarDB's tables is refused with its name",
  async (type) => {
    const attempt = schemasOf(
      { keyspace: "app", name: "accounts", columns: { ...KEY, ...TRANSACTION } },
      {
        keyspace: "app",
        name: "strange",
        columns: { ...KEY, odd: `regular -1 ${type.replaceAll(" ", "")}` },
      },
    );
    await expect(attempt).rejects.toMatchObject({
      code: "DATABASE_REFUSED",
      message: expect.stringContaining(`"app.strange" has column "odd" of type ${type.replaceAll(" ", "")}`),
    });
  },
);

test("a keyspace that ScalarDB cannot read, and where nothing is its own, is left out", async () => {
  const schemas = await schemasOf(
    { keyspace: "reaper_db", name: "runs", columns: { ...KEY, at: "regular -1 timeuuid" } },
    { keyspace: "reaper_db", name: "leader", columns: KEY },
    { keyspace: "app", name: "accounts", columns: { ...KEY, ...TRANSACTION } },
  );
  expect(schemas.map(({ physical }) => physical)).toEqual(["app.accounts"]);
});
