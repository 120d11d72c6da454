import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AssetRow } from "../../shared/verify/asset-row.ts";
import { CHECKS, type CheckId, type Suspicion } from "../../shared/verify/finding.ts";
import { Findings } from "../../shared/verify/findings.ts";
import { type IntakeTotals, sumOf } from "../../shared/verify/intake-totals.ts";
import { Scratch } from "../../shared/verify/scratch.ts";
import { openSpills, type Spills } from "../../shared/verify/spills.ts";
import { ABORTED, COMMITTED, PREPARED } from "../../shared/verify/transaction-row.ts";

const TABLES = ["app.account", "app.wallet"];
const digit = fc.nat(2);
const hash = digit.map((byte) => Uint8Array.of(byte));
const standing = fc.record({ doubt: fc.constantFrom(undefined, "t0", "t1"), inFlight: fc.boolean() });

type Spilling = (spills: Spills) => void;

const link = fc
  .tuple(digit, digit, hash, fc.option(hash, { nil: undefined }), standing)
  .map(([id, age, own, previousHash, its]): Spilling => {
    const asset = { id: `a${id}`, age, hash: own, previousHash } as AssetRow;
    return ({ chains }) => chains.addAsset("default", asset, its);
  });
const reference = fc.tuple(digit, digit, digit, standing).map(([id, age, by, its]): Spilling => {
  const from = { id: "reader", age: 0 } as AssetRow;
  return ({ chains }) =>
    chains.addReferences("default", from, [{ namespace: "default", id: `a${id}`, age }], `t${by}`, its);
});
const latest = fc.tuple(digit, digit, fc.option(digit, { nil: undefined }), standing).map(
  ([id, age, before, its]): Spilling =>
    ({ chains }) =>
      chains.addLatestAge("default", `a${id}`, age, before, its),
);
const row = fc
  .tuple(digit, fc.nat(1), digit, fc.constantFrom(PREPARED, COMMITTED), digit)
  .map(([tx, place, key, state, preparedMs]): Spilling => {
    const before = { transaction: `t${key}`, state: COMMITTED, version: 1, preparedMs, committedMs: 9 };
    const of = { transaction: `t${tx}`, key: `k${key}`, version: 1, committedMs: 9 };
    return ({ transactions }) => transactions.addRow(place, { ...of, state, preparedMs, before });
  });
const decision = fc
  .tuple(
    digit,
    fc.constantFrom(COMMITTED, ABORTED),
    digit,
    fc.constantFrom("own" as const, "parent" as const),
  )
  .map(([tx, state, createdMs, rank]): Spilling => {
    const said = { transaction: `t${tx}`, state, createdMs, rank };
    return ({ transactions }) => transactions.addDecision(said, createdMs === 0 ? "later" : "copy");
  });
const secret = fc.tuple(digit, digit).map(([holder, value]): Spilling => {
  const its = { entity_id: `e${holder}`, key_version: 1, secret_key: Uint8Array.of(value) };
  return ({ ring }) => ring.addSecret(its);
});

const spillings = fc.array(fc.oneof(link, reference, latest, row, decision, secret), { maxLength: 40 });

/** All that is read back from spills. */
function contentsOf(given: readonly Spilling[]) {
  using scratch = new Scratch(undefined);
  const spills = openSpills(scratch, { openSecret: (stored) => stored });
  for (const spill of given) spill(spills);
  return {
    transactions: [...spills.transactions.transactions(TABLES)],
    chains: Array.from(
      spills.chains.assets((doubted) => doubted === "t0"),
      ({ links, ...entries }) => [entries, [...links]],
    ),
    keys: [0, 1, 2].map((holder) =>
      spills.ring.keyOf({ entity: `e${holder}`, keyVersion: 1, contract: "c" }),
    ),
  };
}

test("what comes out of the spills does not depend on the order in which it went in", () => {
  const shuffled = spillings.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(shuffled, ([given, otherwise]) => {
      expect(contentsOf(otherwise)).toEqual(contentsOf(given));
    }),
    { numRuns: 300 },
  );
});

const suspicion: fc.Arbitrary<Suspicion> = fc.record({
  check: fc.constantFrom(...(Object.keys(CHECKS) as CheckId[])).filter((check) => check < "i"),
  table: fc.constantFrom(...TABLES),
  key: fc.nat(30).map(String),
  text: fc.constantFrom("one", "other"),
});

test("findings add up to the same list and counts, however they are dealt out and in whatever order", () => {
  fc.assert(
    fc.property(fc.array(suspicion, { maxLength: 80 }), fc.array(fc.nat(3)), (all, deal) => {
      const alone = new Findings();
      alone.addAll(all);
      const dealt = [0, 1, 2, 3].map((hand) => {
        const findings = new Findings();
        findings.addAll(all.filter((_, index) => (deal[index] ?? 0) === hand));
        return findings;
      });
      const together = new Findings();
      for (const findings of dealt.reverse()) together.addFound(findings.found());
      expect(together.list()).toEqual(alone.list());
      expect(JSON.stringify(together.counts())).toBe(JSON.stringify(alone.counts()));
    }),
  );
});

test("every count of two segments adds up", () => {
  const totals = (by: number): IntakeTotals => ({
    count: by,
    digest: `${by}`.padStart(32, "0"),
    importedRows: 2 * by,
    unreadableWriteSets: 3 * by,
    assetRows: 4 * by,
    namespacesWithMetadata: [`ns${by}`, "default"],
    signatures: {
      checked: { ecdsa: 5 * by, hmac: 6 * by },
      unchecked: { "no-key": 7 * by, sealed: 8 * by, unreadable: 9 * by },
    },
    found: { listed: [], counts: { "hash-differs": by } },
  });
  expect(sumOf([totals(1), totals(2)])).toEqual({
    ...totals(3),
    namespacesWithMetadata: ["ns1", "default", "ns2"],
  });
});
