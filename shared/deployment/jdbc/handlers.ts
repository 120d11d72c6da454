import { checkDump } from "../../artifacts/check-dump.ts";
import { quoted } from "../../errors/quoted.ts";
import type { AbandonJdbcEffects } from "../../restore/jdbc/abandon.ts";
import type { PlannedDump } from "../../restore/jdbc/plan.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { begunSwaps, onlyCopies, removeTargets } from "./abandon.ts";
import { loadDump } from "./load.ts";
import { lookAgain, recheck, requireLoaded } from "./recheck.ts";
import { plannedScope } from "./scope.ts";
import { tenths } from "./tenths.ts";

/** What a restore of dumps and the abandoning of one ask for, carried out on this deployment's databases. */
export function jdbcHandlers(open: OpenDeployment, run: RestoringRun): Handlers<AbandonJdbcEffects> {
  const { report, journal, silence = "stopped" } = run;
  const guard = (names: PlannedDump["targets"]) => refuseOvertaken(journal, quoted(Object.values(names)));
  const serverOf = (database: string) => open.jdbc(database).server();
  const tellOf = (database: string, doing: string) => (percent: number) => {
    // Whoever watches is told once more at the end of the step.
    Promise.resolve(report({ kind: "database", database, stage: `${doing} ${percent} %` })).catch(() => {});
  };
  return {
    recheck: doing(({ plan, untouched }) => recheck(open, plan, { untouched, silence })),
    "check-dump": doing(async ({ dump: { database, original } }, signal) => {
      const { artifact } = original;
      const told = tenths(artifact.bytes, tellOf(database, "checking"));
      await checkDump(await open.jdbc(database).store(), artifact, told, signal);
    }),
    load: doing(async ({ dump, run }, signal) => {
      await guard(dump.targets);
      await loadDump(open, { dump, run, tell: tellOf(dump.database, "loading"), signal });
    }),
    ...runHandlers(run),
    "scope-copies": ({ plan, what }) => plannedScope(open, plan, what),
    settle: async ({ dump: { database, original, targets } }) =>
      (await serverOf(database)).settle(original, targets),
    "look-at-originals": async ({ dump: { database, original } }) =>
      (await serverOf(database)).present(original),
    "look-again": doing(({ plan }) => lookAgain(open, plan)),
    swap: doing(async ({ dump, run }) => {
      const { database, targets, kept } = dump;
      await guard(targets);
      await requireLoaded(open, dump, run);
      await (await serverOf(database)).swap({ targets, kept }, run);
    }),
    "begun-swaps": ({ plan }) => begunSwaps(open, plan),
    "only-copies": ({ plan }) => onlyCopies(open, plan),
    "remove-targets": doing(({ dump, run, mode }) => removeTargets(open, dump, { run, mode })),
  };
}
