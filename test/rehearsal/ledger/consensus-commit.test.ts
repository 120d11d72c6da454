import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { balanceOf } from "../../../rehearsal/ledger/asset.ts";
import { readState } from "../../../rehearsal/ledger/coordinator.ts";
import { deleteRequest, updateRequest } from "../../../rehearsal/ledger/expression.ts";
import { seededIdentity } from "../../../rehearsal/ledger/identity.ts";
import { keyAttributeNames } from "../../../rehearsal/ledger/key-bytes.ts";
import {
  executeTransfer,
  type Ledger,
  readBalances,
  transactionState,
} from "../../../rehearsal/ledger/ledger.ts";
import {
  ACCOUNT,
  ASSET,
  ASSET_METADATA,
  COORDINATOR_STATE,
} from "../../../rehearsal/ledger/ledger-tables.ts";
import type { Mutation } from "../../../rehearsal/ledger/mutation.ts";
import type { Transfer } from "../../../rehearsal/ledger/transfer.ts";
import { isInDoubt } from "../../../rehearsal/ledger/tx-record.ts";
import { numberOf, textOf } from "../../../rehearsal/ledger/value.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { realRows, realWrites, shapeOf, tableOf, type WriteShape } from "./real.ts";

const EXPIRY_MS = 15_000;
const identity = seededIdentity("rehearsal", "seed");

class World {
  readonly storage = new MemoryStorage();
  nowMs = 1_800_000_000_000;
  readonly ledger: Ledger = {
    storage: this.storage,
    recovery: { now: () => this.nowMs++, expiryMs: EXPIRY_MS },
    identity,
  };

  transfer(nonce: string, deltas: Record<string, number>, remove?: readonly string[]) {
    const moves = Object.entries(deltas).map(([id, delta]) => ({ id, delta }));
    const mirror: Transfer["mirror"] = remove ? { kind: "touch", remove: [...remove] } : { kind: "none" };
    return executeTransfer(this.ledger, { nonce, moves, mirror });
  }

  /** An insert learns of a dead one in its way only when it is refused, so the second attempt must succeed. */
  async transferUntilCommitted(nonce: string, deltas: Record<string, number>, remove?: readonly string[]) {
    const first = await this.transfer(`${nonce} 1`, deltas, remove);
    const last = first.kind === "conflict" ? await this.transfer(`${nonce} 2`, deltas, remove) : first;
    expect(last).toEqual({ kind: "committed" });
  }

  async opened(): Promise<this> {
    expect(await this.transfer("opening", { a: 100, b: 100, c: 100 }, [])).toEqual({ kind: "committed" });
    return this;
  }

  /** Lets the given number of writes through; the next one is lost with its sender. */
  crashAfter(writes: number): Promise<void> {
    return new Promise((crashed) => {
      let left = writes;
      this.storage.admits = () => {
        if (left-- > 0) return true;
        crashed();
        return false;
      };
    });
  }

  balances() {
    return readBalances(this.ledger, `balances ${this.nowMs}`, ["a", "b", "c"]);
  }

  sum(): number {
    const latest = this.storage.rows(ASSET_METADATA).map((row) => ({
      id: textOf(row, "asset_id"),
      age: numberOf(row, "latest_age"),
    }));
    const rows = this.storage.rows(ASSET);
    const balances = latest.map(({ id, age }) => {
      const row = rows.find((asset) => textOf(asset, "id") === id && numberOf(asset, "age") === age);
      return row ? balanceOf(textOf(row, "output")) : Number.NaN;
    });
    return balances.reduce((sum, balance) => sum + balance, 0);
  }

  inDoubt() {
    return [ASSET, ASSET_METADATA, ACCOUNT].flatMap((table) => this.storage.rows(table).filter(isInDoubt));
  }
}

function shapeOfWrite(mutation: Mutation): WriteShape {
  const request = mutation.kind === "put" ? updateRequest("", mutation) : deleteRequest("", mutation);
  const names = request.ExpressionAttributeNames ?? {};
  const spelled = (request.ConditionExpression ?? "").replace(/#\w+/g, (name) => names[name] ?? name);
  const columns = mutation.kind === "put" ? mutation.columns : {};
  const types = Object.entries(columns).map(([name, value]) => [name, Object.keys(value)[0] ?? ""]);
  return {
    op: mutation.kind === "put" ? "update" : "delete",
    table: mutation.table.name,
    set: Object.keys(columns).sort(),
    remove: mutation.kind === "put" ? [...mutation.cleared].sort() : [],
    condition: spelled.replace(/:\w+/g, "?"),
    types: Object.fromEntries(types.sort()),
  };
}

/** Rows as they are right after a real insert: exports of real tables hold few that were not committed. */
function realInserts(): readonly string[] {
  const inserts = realWrites().filter(({ condition }) => condition.startsWith("attribute_not_exists"));
  return inserts.map(({ table, types }) => {
    const keys = keyAttributeNames(tableOf(table)).map((name) => `${name}:B`);
    const columns = Object.entries(types).map(([name, type]) => `${name}:${type}`);
    return `${table} ${[...keys, ...columns].sort().join(" ")}`;
  });
}

test("a transfer commits all its records and leaves the sum as it is", async () => {
  const world = await new World().opened();
  expect(await world.transfer("one", { a: -20, b: 10, c: 10 }, ["b"])).toEqual({ kind: "committed" });
  expect(await world.balances()).toEqual({ balances: { a: 80, b: 110, c: 110 } });
  expect(world.inDoubt()).toEqual([]);
  expect(
    world.storage
      .rows(ACCOUNT)
      .map((row) => textOf(row, "id"))
      .sort(),
  ).toEqual(["a", "c"]);
});

test("the coordinator's row is written after the last prepare and before the first commit, with a time between", async () => {
  const world = await new World().opened();
  const before = world.storage.mutations.length;
  await world.transfer("one", { a: -10, b: 10 }, []);
  const kinds = world.storage.mutations.slice(before).map(({ table, condition }) => {
    if (table === COORDINATOR_STATE) return "coordinator";
    return condition.kind === "present" && condition.equal["tx_state"] ? "commit" : "prepare";
  });
  expect(kinds).toEqual([...Array(6).fill("prepare"), "coordinator", ...Array(6).fill("commit")]);
  const state = await readState(world.storage, "one");
  for (const row of world.storage.rows(ASSET).filter((asset) => textOf(asset, "tx_id") === "one")) {
    expect(numberOf(row, "tx_prepared_at")).toBeLessThan(state?.createdAtMs ?? 0);
    expect(numberOf(row, "tx_committed_at")).toBe(state?.createdAtMs);
  }
});

test("a transfer that lost the race is aborted and leaves nothing but its coordinator row", async () => {
  const world = await new World().opened();
  const rivals = [world.transfer("one", { a: -10, b: 10 }, []), world.transfer("two", { b: -10, c: 10 }, [])];
  const outcomes = (await Promise.all(rivals)).map(({ kind }) => kind).sort();
  expect(outcomes).toEqual(["committed", "conflict"]);
  expect(world.inDoubt()).toEqual([]);
  expect(world.sum()).toBe(300);
  const states = world.storage.rows(COORDINATOR_STATE).map((row) => numberOf(row, "tx_state"));
  expect(states.sort()).toEqual([3, 3, 4]);
});

describe("a crash after any write of a transfer", () => {
  /** 9 prepares, the coordinator's row, 9 commits. */
  const writes = Array.from({ length: 20 }, (_, position) => position);

  test.each(writes)("is recovered by the next readers to all or nothing (%i writes)", async (count) => {
    const world = await new World().opened();
    const crashed = world.crashAfter(count);
    await Promise.race([crashed, world.transfer("lost", { a: -20, b: 10, c: 10 }, ["b"])]);
    world.storage.admits = () => true;
    world.nowMs += EXPIRY_MS + 1000;

    const lost = count > 9;
    const expected = lost ? { a: 80, b: 110, c: 110 } : { a: 100, b: 100, c: 100 };
    expect(await world.balances()).toEqual({ balances: expected });
    // The mirror rows are recovered when somebody reads them.
    await world.transferUntilCommitted("next", { a: 0, b: 0, c: 0 }, []);
    expect(world.inDoubt()).toEqual([]);
    expect(world.sum()).toBe(300);
  });

  test("holds up those who meet its records only until it has expired", async () => {
    const world = await new World().opened();
    const crashed = world.crashAfter(3);
    await Promise.race([crashed, world.transfer("lost", { a: -10, b: 10 })]);
    world.storage.admits = () => true;
    expect(await world.transfer("early", { a: -10, c: 10 })).toEqual({ kind: "conflict" });
    world.nowMs += EXPIRY_MS;
    await world.transferUntilCommitted("late", { a: -10, c: 10 });
  });

  test("ends as an abort for an owner that was only slow", async () => {
    const world = await new World().opened();
    let go = () => {};
    const slow = new Promise<void>((resolve) => {
      go = resolve;
    });
    const storage: Ledger["storage"] = {
      get: (table, key) => world.storage.get(table, key),
      async mutate(mutations) {
        if (mutations[0]?.table === COORDINATOR_STATE) await slow;
        return world.storage.mutate(mutations);
      },
    };
    const moves = [
      { id: "a", delta: -10 },
      { id: "b", delta: 10 },
    ];
    const late = executeTransfer(
      { ...world.ledger, storage },
      { nonce: "slow", moves, mirror: { kind: "none" } },
    );
    await expect.poll(() => world.inDoubt().length).toBe(4);
    world.nowMs += EXPIRY_MS;
    expect(await world.balances()).toEqual({ balances: { a: 100, b: 100, c: 100 } });
    go();
    expect(await late).toEqual({ kind: "conflict" });
    expect(world.sum()).toBe(300);
  });
});

test("a database that fails while the outcome is decided leaves it unknown to the client", async () => {
  const world = await new World().opened();
  const storage: Ledger["storage"] = {
    get(table, key) {
      if (table === COORDINATOR_STATE) throw new Error("the database is gone");
      return world.storage.get(table, key);
    },
    async mutate(mutations) {
      if (mutations[0]?.table === COORDINATOR_STATE) throw new Error("the database is gone");
      return world.storage.mutate(mutations);
    },
  };
  const moves = [
    { id: "a", delta: -10 },
    { id: "b", delta: 10 },
  ];
  const outcome = await executeTransfer(
    { ...world.ledger, storage },
    { nonce: "n", moves, mirror: { kind: "none" } },
  );
  expect(outcome).toEqual({ kind: "unknown", message: "the database is gone" });
});

test("the state of a transaction is what its coordinator row says, and unknown where there is none", async () => {
  const world = await new World().opened();
  expect(await transactionState(world.ledger, "paid")).toEqual({ state: "unknown" });
  await world.transfer("paid", { a: -10, b: 10 });
  expect(await transactionState(world.ledger, "paid")).toEqual({ state: "committed" });
  const outcomes = await Promise.all([
    world.transfer("one", { a: -10, b: 10 }),
    world.transfer("other", { a: -10, b: 10 }),
  ]);
  const lost = outcomes[0].kind === "conflict" ? "one" : "other";
  expect(await transactionState(world.ledger, lost)).toEqual({ state: "aborted" });
});

test("a nonce that is sent again after it was committed is executed again, as by the real one, so clients ask first", async () => {
  const world = await new World().opened();
  expect(await world.transfer("paid", { a: -10, b: 10 })).toEqual({ kind: "committed" });
  expect(await world.transfer("paid", { a: -10, b: 10 })).toEqual({ kind: "committed" });
  expect(await world.balances()).toEqual({ balances: { a: 80, b: 120, c: 100 } });
});

test("every write, and every row between writes, has a shape that a real ledger wrote too", async () => {
  const world = await new World().opened();
  const rows = new Set([
    ...realRows().map(({ table, item }) => `${table.name} ${shapeOf(item)}`),
    ...realInserts(),
  ]);
  const seen = new Set<string>();
  world.storage.admits = () => {
    for (const { table, columns } of world.storage.records.values())
      seen.add(`${table.name} ${shapeOf(columns)}`);
    return true;
  };
  await world.transfer("one", { a: -20, b: 10, c: 10 }, ["b"]);
  await world.transfer("two", { a: 0, b: 0, c: 0, d: 0 }, []);
  // The real ledger never had to put a mirror row back, so these two do without.
  await Promise.all([world.transfer("three", { d: -10, b: 10 }), world.transfer("four", { c: -10, b: 10 })]);

  expect([...seen].filter((shape) => !rows.has(shape))).toEqual([]);
  const own = world.storage.mutations.map(shapeOfWrite);
  const real = realWrites();
  expect(own.filter((shape) => !real.some((candidate) => isDeepStrictEqual(candidate, shape)))).toEqual([]);
  // All that a real transaction wrote, but for what only recovery and registration write.
  expect(new Set(own.map((shape) => JSON.stringify(shape))).size).toBe(16);
});
