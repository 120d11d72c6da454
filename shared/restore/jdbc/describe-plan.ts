import { quoted } from "../../errors/quoted.ts";
import { secondText } from "../../verify/time-text.ts";
import { NOTHING, type PlanStep, type PlanText } from "../plan-step.ts";
import { writesSince } from "../plan-text.ts";
import { sizeText } from "../size-text.ts";
import { losses } from "./losses.ts";
import { type JdbcPlan, keptOf, nounOf, type PlannedDump, type Present, serverText } from "./plan.ts";

/** The plan in words. Everything in it comes from the plan itself, so that the text cannot promise something else. */
export function describeJdbcPlan(plan: JdbcPlan, nowMs: number): PlanText {
  return { steps: stepsOf(plan), consequences: [...consequences(plan, nowMs)] };
}

const NONE = "nothing to undo";
const UNTIL_SWAP = "stillpoint restore abandon RUN removes what was loaded; the original is untouched";

function stepsOf(plan: JdbcPlan): readonly PlanStep[] {
  const beside = [checkStep(plan), loadStep(plan), verifyStep(), settingsStep(plan)];
  return plan.mode === "side-by-side"
    ? beside
    : [stoppedStep(plan), ...beside, swapStep(plan), readBackStep()];
}

function stoppedStep({ instances }: JdbcPlan): PlanStep {
  const does = `Check that every instance is stopped (${instances.length} recorded at the backup, and whatever discovery finds), now and again before the names change hands`;
  return { does, ...NOTHING, undo: NONE };
}

function checkStep({ dumps }: JdbcPlan): PlanStep {
  const each = dumps.map(
    ({ original: { artifact } }) => `${artifact.key} in ${artifact.store} (${sizeText(artifact.bytes)})`,
  );
  const does = `Read each stored dump as a whole and hold it against its checksum, before any database is touched: ${each.join(", ")}`;
  return { does, ...NOTHING, undo: NONE };
}

function loadStep({ dumps }: JdbcPlan): PlanStep {
  const each = dumps.map(
    ({ database, atSecond, server }) =>
      `that of "${database}" at ${secondText(atSecond)} on ${serverText(server)}`,
  );
  const creates = dumps.flatMap((dump) => targetsOf(dump).map((name) => `${nounOf(dump.server)} ${name}`));
  const does = `Load each dump under a name of its own, beside what is there: ${each.join(", ")}`;
  return { does, ...NOTHING, creates, undo: UNTIL_SWAP };
}

function verifyStep(): PlanStep {
  const does = "Read every row and verify it; what is disproven stops the restore here";
  return { does, ...NOTHING, undo: UNTIL_SWAP };
}

function settingsStep({ dumps }: JdbcPlan): PlanStep {
  const changes = dumps.map((dump) => `settings of ${targetsOf(dump).join(", ")}`);
  const does = "Put back what a dump does not carry, and compare it with what was captured";
  return { does, ...NOTHING, changes, undo: UNTIL_SWAP };
}

function swapStep({ dumps }: JdbcPlan): PlanStep {
  const changes = dumps.flatMap((dump) => [
    ...keptOf(dump).map(({ name, as }) => renamingText(dump, name, as)),
    ...Object.entries(dump.targets).map(([name, target]) => renamingText(dump, target, name)),
  ]);
  const does = `Once all are verified, let old and new change names, one database after the other; what was there is kept${movesTables(dumps) ? " (MySQL cannot rename a schema: the tables that the dump has move, all in one statement)" : ""}`;
  const undo =
    "not by Stillpoint: finish with stillpoint restore resume RUN. What was there is kept, and can be given its name back by hand";
  return { does, ...NOTHING, changes, undo };
}

/** MySQL cannot rename a schema, and a table that the dump does not have stays where it is. */
function renamingText({ server: { engine } }: PlannedDump, from: string, to: string): string {
  switch (engine) {
    case "postgresql":
      return `database ${from} is called ${to}`;
    case "mysql":
      return `tables of schema ${from} move to ${to}`;
    default:
      return engine satisfies never;
  }
}

function movesTables(dumps: readonly PlannedDump[]): boolean {
  return dumps.some(({ server }) => server.engine === "mysql");
}

function readBackStep(): PlanStep {
  const does =
    "Read every row back under the original names; each table must equal what was verified, row by row";
  return { does, ...NOTHING, undo: NONE };
}

function targetsOf({ targets }: PlannedDump): readonly string[] {
  return Object.values(targets);
}

function* consequences(plan: JdbcPlan, nowMs: number): Generator<string> {
  if (plan.mode === "in-place") yield* replacing(plan, nowMs);
  else yield* lookingAt(plan);
  yield* losses(plan);
  yield roomText(plan);
  yield `Time: reading ${sizeText(storedBytes(plan))} twice, loading it with its indexes, and reading every row ${plan.mode === "in-place" ? "twice" : "once"}`;
  if (plan.mode === "in-place")
    yield "No restore point is lost. Afterwards start the instances fresh; one that was only paused must be restarted";
}

function* replacing(plan: JdbcPlan, nowMs: number): Generator<string> {
  yield discardedBySwap(plan, nowMs);
  for (const dump of plan.dumps) {
    const kept = keptOf(dump);
    const each = kept.map(
      ({ name, as, tables, bytes }) =>
        `what "${name}" holds now (${tables} ${tables === 1 ? "table" : "tables"}, ${sizeText(bytes)}) as "${as}"`,
    );
    if (each.length > 0)
      yield `Kept on ${serverText(dump.server)} until you drop it: ${each.join(", ")}. The end of the restore tells the SQL`;
  }
}

function* lookingAt({ dumps }: JdbcPlan): Generator<string> {
  for (const dump of dumps)
    yield `To look at, on ${serverText(dump.server)}: ${quoted(targetsOf(dump))}; the original and its instances go on as they are`;
}

/** What a restore in place takes from the instances, as it is at the given time: it grows while nobody runs the plan. */
export function discardedBySwap({ dumps }: Pick<JdbcPlan, "dumps">, nowMs: number): string {
  const full = dumps.filter(({ present }) => present.some(({ tables }) => tables > 0));
  if (full.length === 0) return `Nothing is discarded: there are no tables under the names that are restored`;
  return `${writesSince(dumps, "what is restored", nowMs)}. It is kept under another name, which nothing works on any more`;
}

/** A database is needed twice for as long as both are there. */
function roomText({ dumps, mode }: JdbcPlan): string {
  const bytes = dumps.reduce((sum, { original }) => sum + bytesOf(original.tables), 0);
  const until = mode === "in-place" ? "until you drop what was kept" : "until the run is abandoned";
  return `Room: about ${sizeText(bytes)} more on the server, ${until}`;
}

function bytesOf(tables: readonly Pick<Present, "bytes">[]): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}

function storedBytes({ dumps }: JdbcPlan): number {
  return dumps.reduce((sum, { original }) => sum + original.artifact.bytes, 0);
}
