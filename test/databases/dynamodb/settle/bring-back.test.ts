import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { Item } from "../../../../shared/databases/dynamodb/row-item.ts";
import { rowKeyOf } from "../../../../shared/databases/dynamodb/row-key.ts";
import { makeChange } from "../../../../shared/databases/dynamodb/settle/make-change.ts";
import type { Change } from "../../../../shared/settle/change.ts";
import { refusal } from "../../../rehearsal/dynamodb/swift.ts";
import { contentOf, holding, rowsOf, textsOf } from "./world.ts";

const COPY = "prod_scalar.asset_metadata";
const EARLIER = "prod_scalar.asset_metadata-earlier";

const ROWS = rowsOf("indoubt.jsonl");
/** What ScalarDB's own recovery has made of these. */
const RECOVERED = rowsOf("indoubt-recovered.jsonl").items;

type Finish = Extract<Change, { kind: "earlier" }>["finish"];
const NOTHING: Finish = { kind: "nothing" };
const BACK: Finish = { kind: "back" };

const committed = rowWhere((item) => item["tx_state"]?.N === "3");
const kept = rowWhere((item) => isUpdating(item) && decisionOf(item)?.["tx_state"]?.N === "3");
const dropped = rowWhere((item) => isUpdating(item) && decisionOf(item)?.["tx_state"]?.N !== "3");
const FORWARD: Finish = { kind: "forward", committedMs: Number(decisionOf(kept)?.["tx_created_at"]?.N) };

function rowWhere(isWanted: (item: Item) => boolean): Item {
  const found = ROWS.items.get(COPY)?.find(isWanted);
  if (found === undefined) throw new Error(`no such row in "${COPY}"`);
  return found;
}

function isUpdating(item: Item): boolean {
  return item["tx_state"]?.N === "1" && "before_tx_id" in item;
}

function decisionOf(item: Item): Item | undefined {
  const decisions = ROWS.items.get("prod_coordinator.state") ?? [];
  return decisions.find((row) => row["tx_id"]?.S === item["tx_id"]?.S);
}

function recovered(item: Item): readonly Item[] {
  return (RECOVERED.get(COPY) ?? []).filter((each) => rowKeyOf(each) === rowKeyOf(item));
}

/** The same record as a dropped transaction has left it. */
function overwritten(item: Item): Item {
  const left = Object.entries(item).filter(([name]) => !name.startsWith("before_"));
  return {
    ...Object.fromEntries(left),
    tx_id: { S: "dropped" },
    tx_state: { N: "3" },
    latest_age: { N: "77" },
  };
}

/** A copy and an earlier one of a table of a real Ledger's, each with a row of one record, or none. */
async function worldOf(now: Item | undefined, before: Item | undefined, finish: Finish) {
  const items = new Map([
    [COPY, now ? [now] : []],
    [EARLIER, before ? [before] : []],
  ]);
  const schema = ROWS.schemas.get(COPY);
  if (schema === undefined) throw new Error(`no table "${COPY}"`);
  const schemas = new Map([...ROWS.schemas, [EARLIER, schema] as const]);
  const swift = await holding({ schemas, items }, [COPY, EARLIER]);
  const found = {
    transaction: now?.["tx_id"]?.S ?? "",
    state: now?.["tx_state"]?.N === undefined ? null : Number(now["tx_state"].N),
  };
  const key = rowKeyOf(now ?? before ?? {});
  const change: Change = {
    kind: "earlier",
    database: "main",
    table: COPY,
    key,
    found,
    from: EARLIER,
    finish,
  };
  return {
    make: (otherwise: Partial<Change> = {}) =>
      makeChange(swift.client, schema, { ...change, ...otherwise } as Change),
    content: () => contentOf(swift, COPY),
    put: (Item: Item) => swift.client.send(new PutItemCommand({ TableName: COPY, Item: { ...Item } })),
    untouched: async () => expect(await contentOf(swift, EARLIER)).toEqual(textsOf(items.get(EARLIER) ?? [])),
  };
}

test.each([
  ["as it was", committed, NOTHING, [committed]],
  ["rolled forward", kept, FORWARD, recovered(kept)],
  ["rolled back", dropped, BACK, recovered(dropped)],
] as const)(
  "an overwritten record comes back %s, and a second time changes nothing",
  async (_how, was, finish, wanted) => {
    const world = await worldOf(overwritten(was), was, finish);
    expect(wanted.length).toBe(1);
    for (const _time of ["first", "again"]) {
      await world.make();
      expect(await world.content()).toEqual(textsOf(wanted));
    }
    await world.untouched();
  },
);

test("a record that was deleted comes back, and one that was only being inserted goes", async () => {
  const deleted = await worldOf(undefined, committed, NOTHING);
  const { before_tx_id: _id, before_tx_version: _version, ...inserting } = dropped;
  const inserted = await worldOf(overwritten(dropped), inserting, BACK);
  const nothing = await worldOf(undefined, inserting, BACK);
  for (const _time of ["first", "again"]) {
    await deleted.make();
    expect(await deleted.content()).toEqual(textsOf([committed]));
    for (const gone of [inserted, nothing]) {
      await gone.make();
      expect(await gone.content()).toEqual({});
    }
  }
});

test("a record that nobody has touched stays as it is, whether its NULL columns are there or not", async () => {
  const world = await worldOf(committed, { ...committed, before_latest_age: { NULL: true } }, NOTHING);
  await world.make({ found: { transaction: "", state: null } });
  expect(await world.content()).toEqual(textsOf([committed]));
});

test("a row that is neither as it was read nor as it was before is left alone", async () => {
  const changed = { ...overwritten(committed), tx_id: { S: "somebody else's" } };
  for (const now of [undefined, overwritten(committed)]) {
    const world = await worldOf(now, committed, NOTHING);
    await world.put(changed);
    expect(await refusalOf(world.make())).toContain('"somebody else\'s"');
    expect(await world.content()).toEqual(textsOf([changed]));
  }
});

test.each([
  ["gone", undefined, NOTHING],
  ["in doubt", dropped, NOTHING],
  ["committed", committed, FORWARD],
  ["committed", committed, BACK],
] as const)("an earlier row that is %s by now is not brought back otherwise", async (_how, was, finish) => {
  const now = overwritten(committed);
  const world = await worldOf(now, was, finish);
  expect(await refusalOf(world.make())).toContain(`of the earlier copy "${EARLIER}"`);
  expect(await world.content()).toEqual(textsOf([now]));
});

async function refusalOf(change: Promise<void>): Promise<string> {
  const error = await refusal(change, "StillpointError");
  expect(error["code"]).toBe("COPY_DIFFERS");
  expect(error.message).toContain("the originals were not touched");
  return error.message;
}
