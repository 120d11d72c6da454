import { quoted } from "../errors/quoted.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type Discovery, type GateAnswer } from "../pause/instance.ts";
import { nounCaptured, tablesCaptured } from "../restore/tables-captured.ts";
import { asker, type Workflow } from "../workflow/effect.ts";
import type { BackupInput } from "./backup-input.ts";
import type { BackupEffects, Capture } from "./effects.ts";
import { boundsOf, type Measured, measure } from "./hold.ts";

const ask = asker<BackupEffects>();

/** Nobody is held yet, so a sharp bound is worth a few boundaries of the second. */
const PROBE_BEFORE_MS = 4_000;

/** What is known before the first Pause. */
export interface Prepared {
  readonly discovery: Discovery;
  readonly captures: Readonly<Record<string, Capture>>;
  readonly measured: Measured;
}

/** Everything that can be refused while nothing is paused, and everything that need not be done during a pause. */
export function* prepare(input: BackupInput): Workflow<Prepared> {
  const discovery = yield* discoverOpen(input.pause.rpcDeadlineMs);
  return { discovery, ...(yield* prepareDatabases(input)) };
}

/** The part of it that has nothing to do with instances. */
export function* prepareDatabases({
  databases,
  pause,
}: BackupInput): Workflow<Pick<Prepared, "captures" | "measured">> {
  const captures = yield* captureAll(databases.map(({ name }) => name));
  const unmeasured: Measured = Object.fromEntries(databases.map(({ name }) => [name, []]));
  const measured = yield* measure(unmeasured, {
    budgetMs: PROBE_BEFORE_MS,
    allowanceMs: pause.clockAllowanceMs,
  });
  for (const [database, bound] of Object.entries(boundsOf(measured, pause.clockAllowanceMs))) {
    if (bound === undefined)
      throw new StillpointError(
        "CLOCK_UNMEASURED",
        `the answers of database "${database}" tell no consistent time; nothing was paused`,
      );
    yield* ask("report", { event: { kind: "clock-measured", database, ...bound } });
  }
  return { captures, measured };
}

function* discoverOpen(deadlineMs: number): Workflow<Discovery> {
  const discovery = yield* ask("discover", {});
  const { instances, basis, disagreement } = discovery;
  if (disagreement !== undefined)
    throw new StillpointError(
      "INSTANCES_NOT_FOUND",
      `the list of instances cannot be trusted: ${disagreement}; nothing was paused`,
    );
  refuseUnlessSettled(yield* ask("unsettled-pauses", { addresses: instances.map(addressOf) }));
  refuseUnlessOpen(yield* ask("check-gates", { instances, deadlineMs }));
  yield* ask("report", { event: { kind: "discovered", instances: instances.map(addressOf), basis } });
  return discovery;
}

/** Asked once more right before the first Pause: a backup that stood still may have put its record back meanwhile. */
export function refuseUnlessSettled(pauses: readonly string[]): void {
  if (pauses.length === 0) return;
  const names = quoted(pauses);
  throw new StillpointError(
    "PAUSE_UNSETTLED",
    `${names}: an earlier Pause or Unpause of these instances may still be under way; nothing was paused`,
  );
}

function refuseUnlessOpen(answers: readonly GateAnswer[]): void {
  const silent = answers.filter((answer) => answer.kind !== "open" && answer.kind !== "closed");
  const closed = answers.filter((answer) => answer.kind === "closed");
  if (silent.length > 0)
    throw new StillpointError(
      "INSTANCE_UNREACHABLE",
      `${silent.map((answer) => `"${addressOf(answer.instance)}": ${answer.message}`).join("; ")}; nothing was paused`,
    );
  if (closed.length > 0)
    throw new StillpointError(
      "ALREADY_PAUSED",
      `${closed.map((answer) => `"${addressOf(answer.instance)}"`).join(", ")}: paused already, and not by this backup; nothing was paused`,
    );
}

/** Asks every database what there is; one whose backup would be worthless stops the backup. */
export function* captureAll(
  databases: readonly string[],
  look: { readonly again?: true } = {},
): Workflow<Readonly<Record<string, Capture>>> {
  const captures: Record<string, Capture> = {};
  for (const database of databases) {
    const capture = yield* ask("capture", { database, ...look });
    if (capture.problems.length > 0)
      throw new StillpointError(
        "NOT_PROTECTED",
        `database "${database}" could not be restored: ${capture.problems.join("; ")}`,
      );
    captures[database] = capture;
    // An account has an identity, and each of its databases; neither is a table.
    const tables = (tablesCaptured(capture.captured) ?? capture.identity).length;
    const noun = nounCaptured(capture.captured);
    yield* ask("report", { event: { kind: "captured", database, tables, noun } });
  }
  refuseWithoutCoordinator(captures);
  return captures;
}

/** No transaction can be told apart without it. One of several databases holds it for all. */
function refuseWithoutCoordinator(captures: Readonly<Record<string, Capture>>): void {
  const names = Object.keys(captures);
  if (names.length === 0 || Object.values(captures).some(({ coordinator }) => coordinator === undefined))
    return;
  throw new StillpointError(
    "NOT_PROTECTED",
    `the coordinator's table is in none of the databases that are backed up (${quoted(names)}): name the database that holds it too, or check coordinatorNamespace`,
  );
}
