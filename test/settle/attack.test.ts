import { expect, test } from "vitest";
import { isLonger } from "../longer.ts";
import { attackQuiet, noneQuiet } from "./quiet-attack.ts";
import { attackSettling, noneSettled } from "./settle-attack.ts";
import { type Kind, LEDGER_KINDS, LOGGED_KINDS, MUTABLE_KINDS } from "./worlds/kind.ts";
import { makeWorld } from "./worlds/make-world.ts";
import { isBrokenAtBirth } from "./worlds/raw-oracle.ts";
import type { World } from "./worlds/world.ts";

/** More of them by hand: a longer attack. */
const WORLDS = Number(process.env["ATTACKED_WORLDS"] ?? (isLonger ? 40 : 6));

/** Fewer of these: there are many kinds, and most copies of each ask for earlier ones. */
const LOGGED_WORLDS = Math.ceil(WORLDS / 3);

/** None where ScalarDB has broken it by itself: no copy of it is whole. */
function soundWorld(kind: Kind, seed: number): readonly World[] {
  const world = makeWorld(kind, `${kind.name}-${seed}`);
  return isBrokenAtBirth(world) ? [] : [world];
}

test.each(LEDGER_KINDS)(
  "no copy is settled to a broken one, and nothing promised is lost ($name)",
  async (kind) => {
    const tally = noneSettled();
    for (let seed = 0; seed < WORLDS; seed += 1)
      for (const world of soundWorld(kind, seed)) await attackSettling(world, tally);
    console.info(JSON.stringify({ kind: kind.name, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
    expect(tally.refused.get("COPY_DISPROVEN")).toBeUndefined();
    if (kind.retries === 0) expect(tally.refused.get("SETTLE_CLOCKS")).toBeUndefined();
  },
);

test.each(LOGGED_KINDS)(
  "records come back as the kept transactions left them, or the copy is refused ($name)",
  async (kind) => {
    const tally = noneSettled();
    for (let seed = 0; seed < LOGGED_WORLDS; seed += 1)
      for (const world of soundWorld(kind, seed)) await attackSettling(world, tally);
    console.info(JSON.stringify({ kind: kind.name, ...tally, refused: Object.fromEntries(tally.refused) }));
    expect(tally.breaches).toEqual([]);
    expect(tally.broken).toBe(0);
    expect(tally.settled).toBeGreaterThan(0);
  },
);

test.each([...LEDGER_KINDS, ...MUTABLE_KINDS])(
  "no broken copy is proven, and none at a quiet second is broken ($name)",
  async (kind) => {
    const tally = noneQuiet();
    for (let seed = 0; seed < WORLDS; seed += 1)
      for (const world of soundWorld(kind, seed)) await attackQuiet(world, tally);
    console.info(JSON.stringify({ kind: kind.name, ...tally }));
    expect(tally.breaches).toEqual([]);
  },
);
