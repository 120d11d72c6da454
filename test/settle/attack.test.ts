import { expect, test } from "vitest";
import { loadJournal } from "../verify/journal-replay.ts";
import { attackQuiet, noneQuiet } from "./quiet-attack.ts";
import { attackSettling, noneSettled } from "./settle-attack.ts";
import { historyOf } from "./worlds/journal-history.ts";
import { LEDGER_KINDS, MUTABLE_KINDS } from "./worlds/kind.ts";
import { makeWorld } from "./worlds/make-world.ts";

/** More of them by hand: a longer attack. */
const WORLDS = Number(process.env["ATTACKED_WORLDS"] ?? 8);

test.each(LEDGER_KINDS)(
  "no copy is settled to a broken one, and nothing promised is lost ($name)",
  async (kind) => {
    const tally = noneSettled();
    for (let seed = 0; seed < WORLDS; seed += 1)
      await attackSettling(makeWorld(kind, `${kind.name}-${seed}`), tally);
    console.info(JSON.stringify({ kind: kind.name, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
  },
);

test.each([...LEDGER_KINDS, ...MUTABLE_KINDS])(
  "no broken copy is proven, and none at a quiet second is broken ($name)",
  async (kind) => {
    const tally = noneQuiet();
    for (let seed = 0; seed < WORLDS; seed += 1)
      await attackQuiet(makeWorld(kind, `${kind.name}-${seed}`), tally);
    console.info(JSON.stringify({ kind: kind.name, ...tally }));
    expect(tally.breaches).toEqual([]);
  },
);

test("nor is a copy of what a real Ledger wrote until it was killed", async () => {
  const journal = loadJournal("prefix-run.journal.jsonl.gz", "prod_");
  const tally = noneSettled();
  for (let seed = 0; seed < WORLDS; seed += 1) {
    const retold = { boundMs: 100 + 50 * seed, seed: `${seed}`, records: false };
    await attackSettling(historyOf(journal, retold), tally);
  }
  expect(tally.breaches).toEqual([]);
  expect(tally.settled).toBeGreaterThan(0);
  expect(tally.rawBroken).toBeGreaterThan(0);
});

test.each(["servers-2-a-second", "servers-5-a-second"])(
  "no copy of what real ScalarDB Servers wrote is proven and broken, with records that come and go (%s)",
  async (name) => {
    const journal = loadJournal(`../scalardb/${name}.journal.jsonl.gz`, "prod_");
    const tally = noneQuiet();
    for (let seed = 0; seed < WORLDS; seed += 1)
      await attackQuiet(historyOf(journal, { boundMs: 50, seed: `${seed}`, records: true }), tally);
    console.info(JSON.stringify({ name, ...tally }));
    expect(tally.breaches).toEqual([]);
    expect(tally.raw.broken).toBeGreaterThan(0);
    expect(tally.quiet.proven).toBeGreaterThan(0);
  },
);
