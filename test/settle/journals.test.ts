import { expect, test } from "vitest";
import { isLonger } from "../longer.ts";
import { loadJournal } from "../verify/journal-replay.ts";
import { LEDGER_JOURNALS } from "../verify/ledger-journals.ts";
import { attackQuiet, noneQuiet } from "./quiet-attack.ts";
import { attackSettling, noneSettled } from "./settle-attack.ts";
import { copyAt, secondOf } from "./worlds/cut.ts";
import { historyOf } from "./worlds/journal-history.ts";
import { brokenMirrors } from "./worlds/mirror-oracle.ts";
import { STATE } from "./worlds/rows.ts";
import type { History } from "./worlds/store.ts";

/** Of a dozen copies each; more of them by hand: a longer attack. */
const RETELLINGS = Number(process.env["ATTACKED_WORLDS"] ?? (isLonger ? 20 : 4));
/** To settle costs more than to look for quiet seconds. */
const SETTLED_RETELLINGS = Math.ceil(RETELLINGS / 2);
const BOUNDS_MS = [0, 100, 500] as const;

const servers = (file: string) => loadJournal(`../scalardb/${file}.journal.jsonl.gz`, "prod_");

const WITH_FUNCTIONS = { name: "with Functions and write sets", journal: servers("ledger-write-sets") };
const LEDGERS = [...LEDGER_JOURNALS, { name: "on real ScalarDB Servers", journal: servers("ledger") }];
const ALL = [
  ...LEDGERS,
  WITH_FUNCTIONS,
  { name: "of records, 2 transactions a second", journal: servers("servers-2-a-second") },
  { name: "of records, 5 transactions a second", journal: servers("servers-5-a-second") },
];

const cases = (journals: readonly (typeof ALL)[number][]) =>
  journals.flatMap((each) => BOUNDS_MS.map((boundMs) => ({ ...each, boundMs })));

test.each(cases(LEDGERS))(
  "a real ledger's copies are settled to whole ones, with clocks apart by up to $boundMs ms ($name)",
  async ({ name, journal, boundMs }) => {
    const tally = noneSettled();
    for (let retelling = 0; retelling < SETTLED_RETELLINGS; retelling += 1)
      await attackSettling(
        historyOf(journal, { boundMs, seed: `${name} ${retelling}`, records: false }),
        tally,
      );
    console.info(JSON.stringify({ name, boundMs, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
    expect([...tally.refused.keys()]).not.toEqual(
      expect.arrayContaining(["COPY_DISPROVEN", "SETTLE_CLOCKS"]),
    );
    expect(tally.rawBroken).toBeGreaterThan(tally.copies / 20);
    expect(tally.settled).toBeGreaterThan(tally.copies / 2);
  },
);

test.each(cases(ALL))(
  "no broken copy of real writes is proven, with clocks apart by up to $boundMs ms ($name)",
  async ({ name, journal, boundMs }) => {
    const tally = noneQuiet();
    for (let retelling = 0; retelling < RETELLINGS; retelling += 1)
      await attackQuiet(historyOf(journal, { boundMs, seed: `${name} ${retelling}`, records: true }), tally);
    console.info(JSON.stringify({ name, boundMs, ...tally }));
    expect(tally.breaches).toEqual([]);
    expect(tally.raw.broken).toBeGreaterThan(0);
    expect(tally.quiet.copies).toBeGreaterThan(0);
  },
);

test("copies of records that Functions have changed do not add up, until everything has come to an end", () => {
  const history = historyOf(WITH_FUNCTIONS.journal, { boundMs: 0, seed: "as they are", records: true });
  const raw = Array.from({ length: 12 }, () => copyAt(history, secondOf(history)));
  expect(raw.filter(({ tables }) => brokenMirrors(tables).length > 0).length).toBeGreaterThan(4);
  expect(brokenMirrors(copyAt(history, history.untilMs / 1000 + 1).tables)).toEqual([]);
});

test.each(cases([WITH_FUNCTIONS]))(
  "records that Functions have changed come back with the ledger, or the copy is refused, with clocks apart by up to $boundMs ms",
  async ({ name, journal, boundMs }) => {
    const tally = noneSettled();
    for (let retelling = 0; retelling < SETTLED_RETELLINGS; retelling += 1)
      await attackSettling(
        historyOf(journal, { boundMs, seed: `${name} ${retelling}`, records: true }),
        tally,
        brokenMirrors,
      );
    console.info(JSON.stringify({ name, boundMs, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
    expect(tally.mended).toBeGreaterThan(0);
    expect(tally.settled).toBeGreaterThan(tally.copies / 8);
  },
);

test("where some processes log no write sets yet, records come back with the ledger, or the copy is refused", async () => {
  const tally = noneSettled();
  const { name, journal } = WITH_FUNCTIONS;
  for (let retelling = 0; retelling < SETTLED_RETELLINGS; retelling += 1) {
    const history = historyOf(journal, { boundMs: 100, seed: `silent ${name} ${retelling}`, records: true });
    silenceSome(history);
    await attackSettling(history, tally, brokenMirrors);
  }
  console.info(JSON.stringify({ name, ...tally, refused: Object.fromEntries(tally.refused) }));
  expect(tally.breaches).toEqual([]);
  expect(tally.broken).toBe(0);
  expect(tally.settled).toBeGreaterThan(0);
});

/** As while processes are updated one after the other. */
function silenceSome({ items, chance }: History): void {
  for (const { versions } of items.filter(({ table }) => table === STATE)) {
    if (!chance.flip(0.1)) continue;
    for (const [index, version] of versions.entries()) {
      const { tx_write_set, ...row } = version.row ?? {};
      if (tx_write_set !== undefined) versions[index] = { ...version, row };
    }
  }
}
