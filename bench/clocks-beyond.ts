import { attackQuiet, noneQuiet } from "../test/settle/quiet-attack.ts";
import { attackSettling, noneSettled } from "../test/settle/settle-attack.ts";
import { LEDGER_KINDS, MUTABLE_KINDS } from "../test/settle/worlds/kind.ts";
import { makeWorld } from "../test/settle/worlds/make-world.ts";
import { isBrokenAtBirth } from "../test/settle/worlds/raw-oracle.ts";
import type { World } from "../test/settle/worlds/world.ts";

/** Clocks farther apart than the deployment says: `npx node bench/clocks-beyond.ts [WORLDS]` prints what comes of it. */
const WORLDS = Number(process.argv[2] ?? 300);
const TIMES = [1, 1.5, 2, 4, 10] as const;
const SETTLED = ["plain", "crashes", "busy and slow", "several namespaces"];
const QUIET = ["records", "records and crashes", "records and a ledger", "plain"];

const percent = (some: number, of: number) => (of === 0 ? "-" : `${((100 * some) / of).toFixed(2)} %`);

function* worlds(names: readonly string[], clocksTimes: number): Generator<World> {
  for (const kind of [...LEDGER_KINDS, ...MUTABLE_KINDS].filter(({ name }) => names.includes(name)))
    for (let seed = 0; seed < WORLDS / names.length; seed += 1) {
      const world = makeWorld({ ...kind, clocksTimes }, `${kind.name} beyond ${seed}`);
      if (!isBrokenAtBirth(world)) yield world;
    }
}

console.log(
  "| clocks apart by | copies to settle | refused, by the clocks seen | by something else | settled | of these broken | that the verification found | losing more than promised |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const times of TIMES) {
  const tally = noneSettled();
  for (const world of worlds(SETTLED, times)) await attackSettling(world, tally);
  const byClocks = tally.refused.get("SETTLE_CLOCKS") ?? 0;
  const others = [...tally.refused.values()].reduce((sum, count) => sum + count, -byClocks);
  const cells = [byClocks, others, tally.settled].map((count) => percent(count, tally.copies));
  console.log(
    `| ${times} x the bound | ${tally.copies} | ${cells.join(" | ")} | ${tally.broken} (${percent(tally.broken, tally.settled)}) | ${tally.brokenFound} | ${tally.losing} (${percent(tally.losing, tally.settled)}) |`,
  );
}
console.log(
  "\n| clocks apart by | quiet copies | broken | of these disproven | unproven | proven all the same |",
);
console.log("|---|---|---|---|---|---|");
for (const times of TIMES) {
  const tally = noneQuiet();
  for (const world of worlds(QUIET, times)) await attackQuiet(world, tally);
  const { copies, broken, brokenDisproven, brokenProven } = tally.quiet;
  const unproven = broken - brokenDisproven - brokenProven;
  console.log(
    `| ${times} x the bound | ${copies} | ${broken} (${percent(broken, copies)}) | ${brokenDisproven} | ${unproven} | ${brokenProven} (${percent(brokenProven, copies)}) |`,
  );
}
