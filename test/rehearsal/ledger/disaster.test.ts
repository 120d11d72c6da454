import { expect, test } from "vitest";
import { ruin } from "../../../rehearsal/ledger/disaster.ts";
import { executeTransfer, type Ledger } from "../../../rehearsal/ledger/ledger.ts";
import { COORDINATOR_STATE, LEDGER_TABLES } from "../../../rehearsal/ledger/ledger-tables.ts";
import { openStorage } from "../../../rehearsal/ledger/storage.ts";
import { prefixed, totals } from "../../../rehearsal/ledger/totals.ts";
import { BALANCE, PREFIX, smallLedger } from "./small-ledger.ts";

test("a disaster ruins a share of the assets, so that the totals are visibly wrong", async () => {
  await using ledger = await smallLedger();
  const damage = await ruin(ledger.client, prefixed(PREFIX), { seed: "disaster", share: 0.3 });
  expect(damage.overwritten + damage.deleted).toBe(6);
  const sum = await totals(ledger.client, prefixed(PREFIX));
  expect(sum.balance).toBe(14 * BALANCE);
  expect(sum.assets).toBe(20 - damage.deleted);
});

test("the same seed ruins the same", async () => {
  const damages = [];
  for (const seed of ["one", "one"]) {
    await using ledger = await smallLedger();
    damages.push(await ruin(ledger.client, prefixed(PREFIX), { seed, share: 0.5 }));
  }
  expect(damages[0]).toEqual(damages[1]);
});

test("totals count rows in doubt as the coordinator decided, under any names of the tables", async () => {
  await using small = await smallLedger(4);
  const storage = openStorage(small.client, { prefix: PREFIX, grouping: "each-record" });
  /** Prepares, and dies before or after the coordinator's row. */
  const dyingBy = (step: "decided" | "undecided"): Ledger => ({
    ...small.ledger,
    storage: {
      get: storage.get,
      async mutate(mutations) {
        const coordinator = mutations[0]?.table === COORDINATOR_STATE;
        if (coordinator && step === "undecided") return new Promise(() => {});
        if (
          !coordinator &&
          mutations[0]?.condition.kind === "present" &&
          mutations[0].condition.equal["tx_state"]
        ) {
          return new Promise(() => {});
        }
        return storage.mutate(mutations);
      },
    },
  });
  const [a = "", b = "", c = "", d = ""] = small.assets;
  const transfer = (nonce: string, from: string, to: string) => ({
    nonce,
    moves: [
      { id: from, delta: -10 },
      { id: to, delta: 10 },
    ],
    mirror: { kind: "none" } as const,
  });
  void executeTransfer(dyingBy("decided"), transfer("decided", a, b));
  void executeTransfer(dyingBy("undecided"), transfer("undecided", c, d));
  const inDoubt = async () => {
    const rows = await Promise.all(
      ["scalar.asset", "scalar.asset_metadata"].map(async (name) => {
        const table = LEDGER_TABLES.find((candidate) => candidate.name === name);
        return table ? (await small.rows(table)).filter((row) => row["tx_state"]?.N === "1").length : 0;
      }),
    );
    return rows.reduce((sum, count) => sum + count, 0);
  };
  await expect.poll(inDoubt).toBe(8);
  await expect
    .poll(() => totals(small.client, prefixed(PREFIX)))
    .toEqual({ assets: 4, balance: 4 * BALANCE, transactions: 2 });
});
