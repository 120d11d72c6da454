import { checkDump } from "../../artifacts/check-dump.ts";
import { quoted } from "../../errors/quoted.ts";
import type { AbandonJdbcEffects } from "../../restore/jdbc/abandon.ts";
import type { PlannedDump } from "../../restore/jdbc/plan.ts";
import type { Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import type { RestoringRun } from "../restoring.ts";
import { begunSwaps, onlyCopies, removeTargets } from "./abandon.ts";
import { loadDump } from "./load.ts";
import { lookAgain, recheck, requireLoaded } from "./recheck.ts";
import { plannedScope } from "./scope.ts";
import { tenths } from "./tenths.ts";

/** What a restore of dumps and the abandoning of one ask for, carried out on this deployment's databases. */
export function jdbcHandlers(
  open: OpenDeployment,
  { report, verification, journal, silence = "stopped", markRun = async () => undefined }: RestoringRun,
): Handlers<AbandonJdbcEffects> {
  const guard = async (names: PlannedDump["targets"]) =>
    journal && refuseOvertaken(journal, quoted(Object.values(names)));
  const serverOf = (database: string) => open.jdbc(database).server();
  const tellOf = (database: string, doing: string) => (percent: number) => {
    // Whoever watches is told once more at the end of the step.
    Promise.resolve(report({ kind: "database", database, stage: `${doing} ${percent} %` })).catch(() => {});
  };
  return {
    recheck: async ({ plan, untouched }) => {
      await recheck(open, plan, { untouched, silence });
      return null;
    },
    "check-dump": async ({ dump: { database, original } }, signal) => {
      const { artifact } = original;
      const told = tenths(artifact.bytes, tellOf(database, "checking"));
      await checkDump(await open.jdbc(database).store(), artifact, told, signal);
      return null;
    },
    load: async ({ dump, run }, signal) => {
      await guard(dump.targets);
      await loadDump(open, { dump, run, tell: tellOf(dump.database, "loading"), signal });
      return null;
    },
    ...verification,
    "scope-copies": ({ plan, what }) => plannedScope(open, plan, what),
    settle: async ({ dump: { database, original, targets } }) =>
      (await serverOf(database)).settle(original, targets),
    "look-at-originals": async ({ dump: { database, original } }) =>
      (await serverOf(database)).present(original),
    "look-again": async ({ plan }) => {
      await lookAgain(open, plan);
      return null;
    },
    swap: async ({ dump, run }) => {
      const { database, targets, kept } = dump;
      await guard(targets);
      await requireLoaded(open, dump, run);
      await (await serverOf(database)).swap({ targets, kept }, run);
      return null;
    },
    "begun-swaps": ({ plan }) => begunSwaps(open, plan),
    "only-copies": ({ plan }) => onlyCopies(open, plan),
    "remove-targets": async ({ dump, run, mode }) => {
      await removeTargets(open, dump, { run, mode });
      return null;
    },
    "mark-run": async ({ state }) => {
      await markRun(state);
      return null;
    },
    report: async ({ event }) => {
      await report(event);
      return null;
    },
  };
}
