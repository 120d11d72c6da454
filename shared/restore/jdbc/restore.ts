import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { CheckedTable, VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Effect, type Workflow } from "../../workflow/effect.ts";
import type { Mode } from "../mode.ts";
import { entering, verified } from "../run-event.ts";
import type { JdbcEffects, JdbcPhase } from "./effects.ts";
import { type JdbcPlan, keptOf, nounOf, type PlannedDump, type Present, serverText } from "./plan.ts";
import { dropStatement } from "./removal.ts";

const ask = asker<JdbcEffects>();
const enter = entering<JdbcPhase>();

/** What a dump was restored to. */
export interface RestoredDump {
  /** Its name in the configuration. */
  readonly database: string;
  readonly server: string;
  readonly noun: "database" | "schema";
  /** What it is called now, by its name in the dump. */
  readonly restored: Readonly<Record<string, string>>;
  /** What had the original names, where something had. */
  readonly kept: readonly {
    readonly name: string;
    readonly as: string;
    readonly tables: number;
    readonly bytes: number;
  }[];
  /** SQL that removes what is kept. Nobody but a person ever runs it. */
  readonly removal: readonly string[];
}

export interface JdbcResult {
  readonly kind: "jdbc";
  readonly mode: Mode;
  /** What was found in what was loaded, before any name changed hands, and in the end. */
  readonly copies: VerificationReport;
  readonly replaced?: VerificationReport;
  /** Settings that did not come back, by `database: name`. */
  readonly settingsDifferences: Readonly<Record<string, readonly string[]>>;
  readonly dumps: readonly RestoredDump[];
}

/**
 * Every dump is read and held against its checksum before any database is touched, loaded under a name of its own beside
 * the original, and verified there. In place the two then change names, all databases after the last was verified; what
 * was there before is kept until a person removes it.
 */
export function* restoreJdbc(plan: JdbcPlan): Workflow<JdbcResult> {
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: true });
  yield* enter("check-dumps");
  yield* forEach(plan.dumps, "checked", (dump) => ask.effect("check-dump", { dump }));
  yield* enter("load");
  yield* forEach(plan.dumps, "loaded", (dump) => ask.effect("load", { dump, run: plan.run }));
  yield* enter("verify");
  const copies = yield* verified(yield* ask("scope-copies", { plan, what: "copies" }));
  if (copies.proof.kind === "disproven") throw disproven(plan, copies.proof.reason);
  yield* enter("settings");
  const settingsDifferences = yield* settle(plan);
  const end = { kind: "jdbc", mode: plan.mode, copies, settingsDifferences } as const;
  if (plan.mode === "side-by-side") return { ...end, dumps: plan.dumps.map(besideOf) };
  const { replaced, dumps } = yield* replace(plan, copies.checked.tables);
  return { ...end, replaced, dumps };
}

/** All dumps side by side; the first that failed is told once all have ended. */
function* forEach(
  dumps: readonly PlannedDump[],
  stage: string,
  effectOf: (dump: PlannedDump) => Effect,
): Workflow<void> {
  const outcomes = yield* all<null>(dumps.map(effectOf));
  for (const outcome of outcomes) answerOf(outcome);
  for (const { database } of dumps) yield* ask("report", { event: { kind: "database", database, stage } });
}

function disproven({ point, dumps, run }: JdbcPlan, reason: string): StillpointError {
  const targets = quoted(dumps.flatMap(({ targets: names }) => Object.values(names)));
  return new StillpointError(
    "COPY_DISPROVEN",
    `what was loaded of point "${point}" is not whole: ${reason}; the original was not touched. It can be looked at in ${targets}, which stillpoint restore abandon ${run} removes`,
  );
}

function* settle({ dumps }: JdbcPlan): Workflow<JdbcResult["settingsDifferences"]> {
  const differences: Record<string, readonly string[]> = {};
  for (const dump of dumps) {
    const found = yield* ask("settle", { dump });
    for (const [name, what] of Object.entries(found))
      if (what.length > 0) differences[name === "" ? dump.database : `${dump.database}: ${name}`] = what;
  }
  return differences;
}

/** Everything is loaded and verified by now; from the first swap on the run can only go forward. */
function* replace(
  plan: JdbcPlan,
  like: readonly CheckedTable[],
): Workflow<{ readonly replaced: VerificationReport; readonly dumps: readonly RestoredDump[] }> {
  const { run } = plan;
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: false });
  const dumps: RestoredDump[] = [];
  for (const dump of plan.dumps) dumps.push(inPlaceOf(dump, yield* ask("look-at-originals", { dump })));
  yield* enter("swap");
  yield* ask("look-again", { plan });
  for (const dump of plan.dumps) {
    yield* ask("swap", { dump, run });
    yield* ask("report", { event: { kind: "database", database: dump.database, stage: "in place" } });
  }
  yield* enter("read-back");
  const scope = yield* ask("scope-copies", { plan, what: "replaced" });
  return { replaced: yield* verified(scope, "replaced", like), dumps };
}

function besideOf({ database, server, targets }: PlannedDump): RestoredDump {
  return {
    database,
    server: serverText(server),
    noun: nounOf(server),
    restored: targets,
    kept: [],
    removal: [],
  };
}

function inPlaceOf(
  { database, server, targets, kept }: PlannedDump,
  present: readonly Present[],
): RestoredDump {
  const old = keptOf({ present, kept });
  return {
    database,
    server: serverText(server),
    noun: nounOf(server),
    restored: Object.fromEntries(Object.keys(targets).map((name) => [name, name])),
    kept: old,
    removal: toDrop(server, old, kept).map((name) => dropStatement(server.engine, name)),
  };
}

/** On MySQL a schema to keep tables in is made even where there were none. */
function toDrop(
  { engine }: PlannedDump["server"],
  old: RestoredDump["kept"],
  kept: PlannedDump["kept"],
): readonly string[] {
  return engine === "mysql" ? Object.values(kept) : old.map(({ as }) => as);
}
