import { attackQuiet, noneQuiet } from "../test/settle/quiet-attack.ts";
import { attackSettling, noneSettled } from "../test/settle/settle-attack.ts";
import { LEDGER_KINDS } from "../test/settle/worlds/kind.ts";
import { makeWorld } from "../test/settle/worlds/make-world.ts";

/** Clocks farther apart than the bound that was stated: how often that breaks a copy, and how often something shows it. */
const TIMES = [1, 1.5, 2, 4, 10];
const WORLDS = Number(process.argv[2] ?? 40);
const KIND = LEDGER_KINDS.find(({ name }) => name === "crashes");
if (KIND === undefined) throw new Error("no such kind of world");

for (const clocksTimes of TIMES) {
  const settled = noneSettled();
  const quiet = noneQuiet();
  for (let seed = 0; seed < WORLDS; seed += 1) {
    const world = makeWorld({ ...KIND, clocksTimes }, `beyond-${clocksTimes}-${seed}`);
    await attackSettling(world, settled);
    await attackQuiet(world, quiet);
  }
  const stopped = [...settled.refused].map(([code, count]) => `${code} ${count}`).join(", ");
  process.stdout.write(
    `${clocksTimes} | settled ${settled.copies}: stopped by ${stopped || "nothing"}; broken ${settled.broken}, of these disproven ${settled.brokenFound}` +
      ` | quiet ${quiet.quiet.copies}: broken ${quiet.quiet.broken}, proven all the same ${quiet.quiet.brokenProven}\n`,
  );
}
