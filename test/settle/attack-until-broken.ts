import { attackQuiet, noneQuiet } from "./quiet-attack.ts";
import { attackSettling, noneSettled } from "./settle-attack.ts";
import { LEDGER_KINDS, LOGGED_KINDS, MUTABLE_KINDS } from "./worlds/kind.ts";
import { makeWorld } from "./worlds/make-world.ts";
import { isBrokenAtBirth } from "./worlds/raw-oracle.ts";

/** More than a fault needs to show, and still few seconds. */
const MOST_WORLDS = 150;

/** Attacks worlds of one kind, and tells the first promise that is not kept. */
async function attack(what: string, name: string): Promise<void> {
  const kind = [...LEDGER_KINDS, ...LOGGED_KINDS, ...MUTABLE_KINDS].find((each) => each.name === name);
  if (kind === undefined) throw new Error(`there is no kind "${name}"`);
  for (let seed = 0; seed < MOST_WORLDS; seed += 1) {
    const world = makeWorld(kind, `${name}-${seed}`);
    const tally = what === "quiet" ? noneQuiet() : noneSettled();
    if (isBrokenAtBirth(world)) continue;
    if ("raw" in tally) await attackQuiet(world, tally);
    else await attackSettling(world, tally);
    if (tally.breaches.length === 0) continue;
    for (const breach of tally.breaches) console.log(`BROKEN: ${breach}`);
    console.log(`(in world ${seed})`);
    process.exitCode = 1;
    return;
  }
}

const [what = "", name = ""] = process.argv.slice(2);
await attack(what, name);
