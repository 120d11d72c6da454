import { quoted } from "../../errors/quoted.ts";
import type { AbandonCassandraEffects } from "../../restore/cassandra/abandon.ts";
import type { CassandraEvent } from "../../restore/cassandra/effects.ts";
import type { Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import type { RestoringRun } from "../restoring.ts";
import { observeNodes } from "./await-nodes.ts";
import { requireEmptied } from "./emptied.ts";
import { observeIndexes, requireIndexes } from "./indexes.ts";
import { recheck } from "./recheck.ts";
import { compareClusters, restoredScope } from "./restored-scope.ts";
import { knownRestores, observeRestores, restoreNodes, standingRestores } from "./restores.ts";

/** What a restore of snapshots by Cassy and the abandoning of one ask for, carried out on this deployment's clusters. */
export function cassandraHandlers(
  open: OpenDeployment,
  { report, verification, journal, silence = "stopped", markRun = async () => undefined }: RestoringRun,
): Handlers<AbandonCassandraEffects> {
  const tell = onceEach((event) => {
    // Whoever watches is told again when something else is to be told.
    Promise.resolve(report(event)).catch(() => {});
  });
  return {
    recheck: async ({ plan }) => {
      await recheck(open, plan, silence);
      return null;
    },
    "known-restores": ({ cluster }) => knownRestores(open, cluster),
    "restore-nodes": async ({ plan, sent }) => {
      const guard = async () => {
        if (journal) await refuseOvertaken(journal, `node ${quoted(sent.nodes)}`);
      };
      await restoreNodes(open, { plan, sent }, { silence, guard });
      return null;
    },
    "observe-restores": ({ sent }) =>
      observeRestores(open, sent, (node, stage) => tell(node, { kind: "node", node, stage })),
    "require-emptied": async ({ plan, attempt, failed }) => {
      await requireEmptied(open, plan, { attempt, failed });
      return null;
    },
    "observe-nodes": ({ plan }) =>
      observeNodes(open, plan, (text) => tell("nodes", { kind: "advice", text })),
    ...verification,
    "scope-copies": ({ plan }) => restoredScope(open, plan),
    "observe-indexes": ({ plan }) =>
      observeIndexes(open, plan, (text) => tell("indexes", { kind: "advice", text })),
    "require-indexes": ({ plan }) => requireIndexes(open, plan),
    "compare-clusters": ({ plan }) => compareClusters(open, plan),
    standing: ({ plan }) => standingRestores(open, plan),
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

/** A poll finds the same again and again: told is what is not what was told last. */
function onceEach(report: (event: CassandraEvent) => void): (about: string, event: CassandraEvent) => void {
  const told = new Map<string, string>();
  return (about, event) => {
    const text = JSON.stringify(event);
    if (told.get(about) === text) return;
    told.set(about, text);
    report(event);
  };
}
