import { expect, test } from "vitest";
import { loadJournal } from "../verify/journal-replay.ts";
import { LEDGER_JOURNALS } from "../verify/ledger-journals.ts";
import { attackQuiet, noneQuiet } from "./quiet-attack.ts";
import { attackSettling, noneSettled } from "./settle-attack.ts";
import { historyOf } from "./worlds/journal-history.ts";
import { brokenMirrors } from "./worlds/mirror-oracle.ts";

/** Of a dozen copies each; more of them by hand: a longer attack. */
const RETELLINGS = Number(process.env["ATTACKED_WORLDS"] ?? 4);
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
    for (let retelling = 0; retelling < RETELLINGS; retelling += 1)
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

test.each(cases([WITH_FUNCTIONS]))(
  "copies of records that Functions have changed are settled to whole ones or not at all, with clocks apart by up to $boundMs ms",
  async ({ name, journal, boundMs }) => {
    const tally = noneSettled();
    for (let retelling = 0; retelling < RETELLINGS; retelling += 1)
      await attackSettling(
        historyOf(journal, { boundMs, seed: `${name} ${retelling}`, records: true }),
        tally,
        brokenMirrors,
      );
    console.info(JSON.stringify({ name, boundMs, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
    expect([...tally.refused.keys()]).not.toEqual(
      expect.arrayContaining(["COPY_DISPROVEN", "SETTLE_CLOCKS"]),
    );
  },
);
