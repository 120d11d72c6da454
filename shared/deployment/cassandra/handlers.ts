import { quoted } from "../../errors/quoted.ts";
import type { AbandonCassandraEffects } from "../../restore/cassandra/abandon.ts";
import type { CassandraEvent } from "../../restore/cassandra/effects.ts";
import { doing, type Handlers } from "../../workflow/effect.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { refuseOvertaken } from "../refuse-overtaken.ts";
import { type RestoringRun, runHandlers } from "../restoring-run.ts";
import { observeNodes } from "./await-nodes.ts";
import { requireEmptied } from "./emptied.ts";
import { observeIndexes, requireIndexes } from "./indexes.ts";
import { recheck } from "./recheck.ts";
import { compareClusters, restoredScope } from "./restored-scope.ts";
import { knownRestores, observeRestores, restoreNodes, standingRestores } from "./restores.ts";

/** What a restore of snapshots by Cassy and the abandoning of one ask for, carried out on this deployment's clusters. */
export function cassandraHandlers(
  open: OpenDeployment,
  run: RestoringRun,
): Handlers<AbandonCassandraEffects> {
  const { report, journal, silence = "stopped" } = run;
  const tell = onceEach((event) => {
    // Whoever watches is told again when something else is to be told.
    Promise.resolve(report(event)).catch(() => {});
  });
  return {
    recheck: doing(({ plan }) => recheck(open, plan, silence)),
    "known-restores": ({ cluster }) => knownRestores(open, cluster),
    "restore-nodes": doing(({ plan, sent }) => {
      const guard = () => refuseOvertaken(journal, `node ${quoted(sent.nodes)}`);
      return restoreNodes(open, { plan, sent }, { silence, guard });
    }),
    "observe-restores": ({ sent }) =>
      observeRestores(open, sent, (node, stage) => tell(node, { kind: "node", node, stage })),
    "require-emptied": doing(({ plan, attempt, failed }) => requireEmptied(open, plan, { attempt, failed })),
    "observe-nodes": ({ plan }) =>
      observeNodes(open, plan, (text) => tell("nodes", { kind: "advice", text })),
    ...runHandlers(run),
    "scope-copies": ({ plan }) => restoredScope(open, plan),
    "observe-indexes": ({ plan }) =>
      observeIndexes(open, plan, (text) => tell("indexes", { kind: "advice", text })),
    "require-indexes": ({ plan }) => requireIndexes(open, plan),
    "compare-clusters": ({ plan }) => compareClusters(open, plan),
    standing: ({ plan }) => standingRestores(open, plan),
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
