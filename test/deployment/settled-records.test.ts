import { setTimeout as delay } from "node:timers/promises";
import { GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { keyAttributes } from "../../rehearsal/ledger/key-bytes.ts";
import { ACCOUNT, COORDINATOR_STATE } from "../../rehearsal/ledger/ledger-tables.ts";
import { text } from "../../rehearsal/ledger/value.ts";
import type { LocalWorld } from "../../rehearsal/local-world.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { canonicalItem } from "../../shared/databases/dynamodb/row-item.ts";
import { abandonRestore } from "../../shared/deployment/abandon-restore.ts";
import { applyPage } from "../../shared/deployment/dynamodb/settled/apply-page.ts";
import { planRestore } from "../../shared/deployment/plan-restore.ts";
import { runRestore } from "../../shared/deployment/run-restore.ts";
import type { DynamodbResult } from "../../shared/restore/dynamodb/restore.ts";
import type { Change } from "../../shared/settle/change.ts";
import { pageId } from "../../shared/settle/settlement.ts";
import { dynamodbPlanOf } from "./dynamodb-plan.ts";
import { tablesOf } from "./ruined-world.ts";
import { IDS, send, type UnpausedWorld, underLoad, unpausedWorld } from "./unpaused-world.ts";

const TEST_MS = 120_000;
const SILENT = { report: () => undefined };
/** So wide that a transaction begun in a second is dropped where its end is settled. */
const BOUND = "700ms";
const BOUND_MS = 950;
const FROM_MS = 1_000 - BOUND_MS + 20;
const UNTIL_MS = FROM_MS + 100;
/** By then the earlier copy has the accounts as they were opened. */
const OPEN_MS = 4_000;
const LOOK_MS = 5;
/** Those of them that clients at work have. */
const BUSY = IDS.slice(0, IDS.length / 2);

interface Late {
  readonly nonce: string;
  readonly updated: string;
  readonly deleted: string;
  /** At its first instant all of it was there, and was dated too late to be kept. */
  readonly second: number;
}

/** Updates an account and deletes another so late in a second that its end is settled without that, in whichever second. */
async function lateTouch(unpaused: UnpausedWorld, openedMs: number): Promise<Late> {
  const openMs = openedMs + OPEN_MS;
  for (let turn = BUSY.length; turn + 1 < IDS.length; turn += 2) {
    const late = await touch(unpaused, openMs, { updated: IDS[turn] ?? "", deleted: IDS[turn + 1] ?? "" });
    if (late !== undefined) return late;
  }
  throw new Error("every transaction was too slow");
}

/** Nothing where it took too long. */
async function touch(
  unpaused: UnpausedWorld,
  openMs: number,
  { updated, deleted }: Pick<Late, "updated" | "deleted">,
): Promise<Late | undefined> {
  const { world } = unpaused;
  const moves = [
    { id: updated, delta: -3 },
    { id: deleted, delta: 3 },
  ];
  await untilLate(world, openMs);
  const nonce = `touch-${updated}`;
  const second = Math.floor(world.now() / 1000) + 1;
  const status = await send(unpaused, { nonce, moves, mirror: { kind: "touch", remove: [deleted] } });
  const isInTime = status === 200 && world.now() < second * 1000;
  return isInTime ? { nonce, updated, deleted, second } : undefined;
}

async function untilLate(world: LocalWorld, openMs: number): Promise<void> {
  const isLate = (now: number) => now > openMs && now % 1000 > FROM_MS && now % 1000 < UNTIL_MS;
  while (!isLate(world.now())) await delay(LOOK_MS);
}

async function accountsIn({ client }: LocalWorld, TableName: string): Promise<ReadonlyMap<string, string>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return new Map(Items.map((item) => [item["id"]?.S ?? "", canonicalItem(item)]));
}

async function decisionOf({ client, names }: LocalWorld, nonce: string) {
  const Key = keyAttributes(COORDINATOR_STATE, { tx_id: text(nonce) });
  const TableName = names(COORDINATOR_STATE.name);
  return (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
}

test(
  "records that a dropped transaction has overwritten and deleted come back from an earlier copy",
  async () => {
    const options = { instances: 1, logsWriteSets: true, pause: { scalarClockBound: BOUND } };
    await using unpaused = await unpausedWorld("settled records", {}, options);
    const openedMs = unpaused.world.now();
    const { open, world, balance } = unpaused;
    const [tables, account] = [await tablesOf(world), world.names(ACCOUNT.name)];
    const opening = await accountsIn(world, account);
    const late = await underLoad(unpaused, "load", () => lateTouch(unpaused, openedMs), BUSY);
    await expect.poll(() => world.now() / 1000, { timeout: 5_000 }).toBeGreaterThan(late.second + 1);
    const now = await accountsIn(world, account);
    expect(now.get(late.updated)).not.toBe(opening.get(late.updated));
    expect(now.has(late.deleted)).toBe(false);
    expect((await decisionOf(world, late.nonce))?.["tx_write_set"]?.B?.length).toBeGreaterThan(0);

    const choice = { kind: "settle", at: late.second } as const;
    const { id, plan } = await planRestore(open, { choice, mode: "side-by-side" });
    const planned = dynamodbPlanOf({ plan });
    const [earlier, ...others] = planned.earlier ?? [];
    expect(others).toEqual([]);
    expect(earlier).toMatchObject({ name: account, atSecond: late.second - 4 });
    expect(plan.text.consequences.join("\n")).toContain(`: "${account}". Where these do not show`);

    const result = (await runRestore(open, id, SILENT)) as DynamodbResult;
    expect(result.copies.proof.kind).toBe("proven");
    const temporary = new Map(planned.tables.map((table) => [table.name, table.temporary]));
    const copyOf = (name: string) => temporary.get(world.names(name)) ?? name;
    const settled = await accountsIn(world, copyOf(ACCOUNT.name));
    for (const touched of [late.updated, late.deleted])
      expect(settled.get(touched)).toBe(opening.get(touched));
    expect((await world.totals(copyOf)).balance).toBe(balance);
    expect(await tablesOf(world)).not.toContain(earlier?.temporary);

    const page = (await open.catalog.settlements.find(pageId(id, 0)))?.record;
    expect(page?.dropped.map(({ transaction }) => transaction)).toContain(late.nonce);
    const changes = page?.changes.filter((change) => change.kind === "earlier") ?? [];
    expect(changes.map(({ found }) => found.transaction).sort()).toEqual(["", late.nonce]);
    await refusesForeign(unpaused, planned, changes[0]);
    await abandonRestore(open, id, SILENT);
    expect(await tablesOf(world)).toEqual(tables);
  },
  TEST_MS,
);

/** Nothing is put into a copy that does not come from an earlier copy of its own. */
async function refusesForeign(
  { open }: UnpausedWorld,
  planned: ReturnType<typeof dynamodbPlanOf>,
  change: Change | undefined,
): Promise<void> {
  if (change?.kind !== "earlier") throw new Error("nothing came back");
  const [asset] = planned.tables.filter(({ name }) => name !== ACCOUNT.name);
  for (const from of [asset?.temporary ?? "", asset?.name ?? "", `${change.from}-2`]) {
    const id = pageId(planned.run, 9);
    const changes = [{ ...change, from }];
    const page = { schema: 1, id, deployment: DEPLOYMENT, run: planned.run, changes, dropped: [] } as const;
    await open.catalog.settlements.put(id, () => ({ ...page, changes, dropped: [] }));
    await expect(applyPage(open, planned, 9)).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("no earlier copy of it that the run has made"),
    });
  }
}
