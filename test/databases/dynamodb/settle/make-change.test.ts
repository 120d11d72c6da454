import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { Item } from "../../../../shared/databases/dynamodb/row-item.ts";
import { rowKeyOf } from "../../../../shared/databases/dynamodb/row-key.ts";
import { type ChangingClient, makeChange } from "../../../../shared/databases/dynamodb/settle/make-change.ts";
import type { Change } from "../../../../shared/settle/change.ts";
import type { TableSchema } from "../../../../shared/verify/row-source.ts";
import { refusal, type Swift } from "../../../rehearsal/dynamodb/swift.ts";
import { contentOf, holding, type Rows, rowsOf, textsOf } from "./world.ts";

const ASSET = "prod_scalar.asset";
const METADATA = "prod_scalar.asset_metadata";
const ACCOUNT = "prod_app.account";
const COORDINATOR = "prod_coordinator.state";
const TRANSACTIONAL = [ASSET, METADATA, ACCOUNT] as const;

const IN_DOUBT = rowsOf("indoubt.jsonl");

function schemaOf({ schemas }: Rows, table: string): TableSchema {
  const schema = schemas.get(table);
  if (schema === undefined) throw new Error(`no table "${table}"`);
  return schema;
}

function numberIn(item: Item | undefined, name: string): number | null {
  return item?.[name]?.N === undefined ? null : Number(item[name].N);
}

function rowOf(table: string, item: Item | undefined) {
  const found = { transaction: item?.["tx_id"]?.S ?? "", state: numberIn(item, "tx_state") };
  return { database: "main", table, key: rowKeyOf(item ?? {}), found };
}

/** What ScalarDB's own recovery does to a row in doubt. */
function recovery(table: string, item: Item): Change {
  const decided = IN_DOUBT.items.get(COORDINATOR)?.find((row) => row["tx_id"]?.S === item["tx_id"]?.S);
  const row = rowOf(table, item);
  if (numberIn(decided, "tx_state") !== 3) return { kind: "back", ...row };
  if (row.found.state === 2) return { kind: "remove", ...row };
  return { kind: "forward", ...row, committedMs: numberIn(decided, "tx_created_at") ?? 0 };
}

function recoveries(table: string): readonly Change[] {
  const inDoubt = (IN_DOUBT.items.get(table) ?? []).filter((item) =>
    ["1", "2"].includes(item["tx_state"]?.N ?? ""),
  );
  return inDoubt.map((item) => recovery(table, item));
}

async function makeAll({ client }: Swift, changes: readonly Change[]): Promise<void> {
  for (const change of changes) await makeChange(client, schemaOf(IN_DOUBT, change.table), change);
}

/** A row in doubt of a real Ledger's, alone in its database. */
async function oneOf(table: string, isWanted: (item: Item) => boolean) {
  const item = IN_DOUBT.items.get(table)?.find(isWanted);
  if (item === undefined) throw new Error(`no such row in "${table}"`);
  const swift = await holding({ ...IN_DOUBT, items: new Map([[table, [item]]]) }, [table]);
  const make = (change: Change) => makeChange(swift.client, schemaOf(IN_DOUBT, table), change);
  return { item, swift, make, row: rowOf(table, item), content: () => contentOf(swift, table) };
}

const isPrepared = (item: Item) => item["tx_state"]?.N === "1";
const isUpdated = (item: Item) => isPrepared(item) && "before_tx_id" in item;

test("rows in doubt end as ScalarDB's own recovery leaves them, and a second time changes nothing", async () => {
  const recovered = rowsOf("indoubt-recovered.jsonl");
  const swift = await holding(IN_DOUBT, TRANSACTIONAL);
  const changes = TRANSACTIONAL.flatMap(recoveries);
  expect([...new Set(changes.map(({ kind }) => kind))].sort()).toEqual(["back", "forward", "remove"]);
  for (const _time of ["first", "again"]) {
    await makeAll(swift, changes);
    for (const table of TRANSACTIONAL)
      expect(await contentOf(swift, table), table).toEqual(textsOf(recovered.items.get(table) ?? []));
  }
});

test("a row is removed once, and one that is another by now is left alone", async () => {
  const { swift, item, make, row, content } = await oneOf(COORDINATOR, (each) => each["tx_state"]?.N === "3");
  const other = { ...row, found: { transaction: row.found.transaction, state: 4 } };
  await refusalOf(make({ kind: "remove", ...other }));
  expect(await content()).toEqual(textsOf([item]));
  for (const _time of ["first", "again"]) {
    await make({ kind: "remove", ...row });
    expect(await content()).toEqual({});
  }
  await swift.client.send(
    new PutItemCommand({ TableName: COORDINATOR, Item: { ...item, tx_state: { N: "4" } } }),
  );
  await refusalOf(make({ kind: "remove", ...row }));
});

test("a prepared row is committed at the given time without its before-image, whoever asks twice", async () => {
  const { item, make, row, content } = await oneOf(ACCOUNT, isUpdated);
  const forward: Change = { kind: "forward", ...row, committedMs: 1_795_346_900_000 };
  const kept = Object.entries(item).filter(([name]) => !name.startsWith("before_"));
  const wanted = {
    ...Object.fromEntries(kept),
    tx_state: { N: "3" },
    tx_committed_at: { N: "1795346900000" },
  };
  for (const _time of ["first", "again"]) {
    await make(forward);
    expect(await content()).toEqual(textsOf([wanted]));
  }
  // Of another time it is not what this change makes of it.
  await refusalOf(make({ ...forward, committedMs: 1 }));
});

test("a row that was imported goes back to having no transaction at all", async () => {
  const { swift, item, make, row, content } = await oneOf(ACCOUNT, isUpdated);
  const gone = ["before_tx_id", "before_tx_state", "before_tx_prepared_at", "before_tx_committed_at"];
  const imported = {
    ...Object.fromEntries(Object.entries(item).filter(([name]) => !gone.includes(name))),
    before_tx_version: { N: "0" },
  };
  await swift.client.send(new PutItemCommand({ TableName: ACCOUNT, Item: imported }));
  for (const _time of ["first", "again"]) {
    await make({ kind: "back", ...row });
    const [text = ""] = Object.values(await content());
    expect(text).not.toMatch(/"tx_|before_/);
    expect(text).toContain(`"moved":N${item["before_moved"]?.N}`);
  }
});

test("a column that was NULL before is NULL again", async () => {
  const { swift, item, make, row, content } = await oneOf(ACCOUNT, isUpdated);
  const { before_region: _, ...nullBefore } = item;
  await swift.client.send(new PutItemCommand({ TableName: ACCOUNT, Item: nullBefore }));
  await make({ kind: "back", ...row });
  const [text = ""] = Object.values(await content());
  expect(text).not.toContain('"region"');
  expect(text).toContain(`"tx_id":S${JSON.stringify(item["before_tx_id"]?.S)}`);
});

test("a row that somebody wrote to meanwhile neither goes back nor forward", async () => {
  const { swift, item, make, row, content } = await oneOf(ACCOUNT, isUpdated);
  const written = { ...item, tx_id: { S: "somebody else's" } };
  await swift.client.send(new PutItemCommand({ TableName: ACCOUNT, Item: written }));
  await refusalOf(make({ kind: "back", ...row }));
  await refusalOf(make({ kind: "forward", ...row, committedMs: 1 }));
  expect(await content()).toEqual(textsOf([written]));
});

test.each([
  ["made anew where there is none", false],
  ["put right where it is in doubt", true],
])("an asset's latest age is %s", async (_what, isThere) => {
  const metadata = IN_DOUBT.items.get(METADATA)?.find(isPrepared);
  const record = IN_DOUBT.items.get(ASSET)?.find((item) => item["id"]?.S === metadata?.["asset_id"]?.S);
  const swift = await holding(
    { ...IN_DOUBT, items: new Map([[METADATA, isThere && metadata ? [metadata] : []]]) },
    [METADATA],
  );
  // Where there is no row, it is named by a record of the asset.
  const row = isThere
    ? rowOf(METADATA, metadata)
    : { ...rowOf(METADATA, undefined), key: rowKeyOf(record ?? {}) };
  const settled = { age: 0, transaction: "the first", preparedMs: 1_000, committedMs: 2_000 };
  const wanted = {
    concatenatedPartitionKey: { B: metadata?.["concatenatedPartitionKey"]?.B ?? new Uint8Array() },
    asset_id: { S: metadata?.["asset_id"]?.S ?? "" },
    latest_age: { N: "0" },
    tx_id: { S: "the first" },
    tx_state: { N: "3" },
    tx_version: { N: "1" },
    tx_prepared_at: { N: "1000" },
    tx_committed_at: { N: "2000" },
  };
  const make = (change: Change) => makeChange(swift.client, schemaOf(IN_DOUBT, METADATA), change);
  for (const _time of ["first", "again"]) {
    await make({ kind: "metadata", ...row, ...settled });
    expect(await contentOf(swift, METADATA)).toEqual(textsOf([wanted]));
  }
  await refusalOf(make({ kind: "metadata", ...row, ...settled, age: 1 }));
});

test("a change is made once though it is throttled, or its answer is lost", async () => {
  const { swift, row, content } = await oneOf(COORDINATOR, () => true);
  let calls = 0;
  const send = async (command: never) => {
    if (calls++ === 0) throw Object.assign(new Error("too fast"), { name: "ThrottlingException" });
    return swift.client.send(command);
  };
  const change: Change = { kind: "remove", ...row };
  const make = () => makeChange({ send } as ChangingClient, schemaOf(IN_DOUBT, COORDINATOR), change);
  swift.db.faults.loseAnswers("DeleteItem", 1);
  await refusal(make(), "StillpointError");
  await make();
  expect([calls, await content()]).toEqual([3, {}]);
});

async function refusalOf(change: Promise<void>): Promise<void> {
  const error = await refusal(change, "StillpointError");
  expect(error["code"]).toBe("COPY_DIFFERS");
  expect(error.message).toContain("the originals were not touched");
}
