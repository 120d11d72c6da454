import { quoted } from "../../errors/quoted.ts";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { VerificationReport } from "../../verify/report.ts";
import { all, answerOf, asker, type Patience, type Workflow } from "../../workflow/effect.ts";
import type { Mode } from "../mode.ts";
import { HOUR_MS, patiently } from "../patiently.ts";
import { entering, verified } from "../run-event.ts";
import type { CapturedManaged } from "./captured.ts";
import type { ManagedEffects, ManagedPhase, Started } from "./effects.ts";
import type { ManagedPlan, PlannedServer } from "./plan.ts";

const ask = asker<ManagedEffects>();
const enter = entering<ManagedPhase>();

/** The services' own backups reach the present some minutes later. */
const COVERAGE_PATIENCE: Patience = { firstMs: 500, factor: 1.3, mostMs: 30_000, limitMs: HOUR_MS };

/** Large servers take hours; one that is never done is given up in the end. */
const SERVER_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 60_000, limitMs: 48 * HOUR_MS };

/** Changes, reboots and renames take minutes each. */
const CHANGE_PATIENCE: Patience = { firstMs: 500, factor: 1.4, mostMs: 20_000, limitMs: 6 * HOUR_MS };

export interface RestoredServer {
  readonly database: string;
  readonly service: CapturedManaged["service"];
  readonly engine: CapturedManaged["engine"];
  /** Name that the original had when the restore began. */
  readonly server: string;
  /** Name of the restored one at the end. */
  readonly restored: string;
  /** In place: the name that the original has now. */
  readonly kept?: string;
  readonly host: string;
  readonly port: number;
  /** PostgreSQL only: the database that holds ScalarDB's schemas. */
  readonly sqlDatabase?: string;
}

export interface ManagedResult {
  readonly kind: "managed";
  readonly mode: Mode;
  readonly copies: VerificationReport;
  /** Settings that did not come back, by `server` or `server/instance`. */
  readonly settingsDifferences: Readonly<Record<string, readonly string[]>>;
  readonly servers: readonly RestoredServer[];
}

/**
 * Every server of the point is restored to a new one, all to the same moment, with everything passed that it was set
 * to; what could not be passed is set afterwards; then its rows are verified. Side by side the new servers stay under
 * their own names, to be looked at or moved to. In place names are swapped: the originals stay, under other names.
 */
export function* restoreManaged(plan: ManagedPlan): Workflow<ManagedResult> {
  yield* enter("check");
  yield* ask("recheck", { plan, untouched: true });
  yield* enter("wait");
  yield* patiently(
    ask.effect("coverage", { plan }),
    COVERAGE_PATIENCE,
    `the backups of ${quoted(plan.servers.map(({ original }) => original.server))} have not reached the seconds of run "${plan.run}"; nothing was touched`,
  );
  yield* restoreServers(plan);
  const refused = yield* putSettingsBack(plan);
  const copies = yield* verify(plan);
  if (plan.mode === "in-place") yield* swapNames(plan);
  yield* enter("compare");
  const settingsDifferences = yield* compare(plan, refused);
  const servers = yield* restoredServers(plan);
  return { kind: "managed", mode: plan.mode, copies, settingsDifferences, servers };
}

const UNTOUCHED =
  "no original was touched. Resume the run to go on waiting; abandon it to delete what it has made";

function* tell({ servers }: ManagedPlan, stage: string): Workflow<void> {
  for (const { target } of servers)
    yield* ask("report", { event: { kind: "server", server: target, stage } });
}

function* restoreServers(plan: ManagedPlan): Workflow<void> {
  const { servers, run } = plan;
  yield* enter("restore-server");
  const outcomes = yield* all<Started>(servers.map((server) => ask.effect("start-server", { server, run })));
  const started = outcomes.map((outcome) => answerOf(outcome));
  yield* tell(plan, "creating");
  yield* patiently(
    ask.effect("observe-servers", { servers, started, run }),
    SERVER_PATIENCE,
    `the service is still restoring ${quoted(servers.map(({ target }) => target))}; ${UNTOUCHED}`,
  );
  yield* tell(plan, "available");
}

type Refused = ReadonlyMap<string, readonly string[]>;

/** One server after the other: each is a handful of changes, which the service takes one at a time. */
function* putSettingsBack(plan: ManagedPlan): Workflow<Refused> {
  yield* enter("settings");
  const refused = new Map<string, readonly string[]>();
  for (const server of plan.servers) {
    const settled = yield* patiently<{ done: boolean; refused: readonly string[] }>(
      ask.effect("settle-server", { server, run: plan.run }),
      CHANGE_PATIENCE,
      `server "${server.target}" does not get all of its settings; ${UNTOUCHED}`,
    );
    refused.set(server.target, settled.refused);
  }
  yield* tell(plan, "set");
  return refused;
}

function* verify(plan: ManagedPlan): Workflow<VerificationReport> {
  yield* enter("verify");
  const report = yield* verified(yield* ask("scope-copies", { plan }));
  if (report.proof.kind === "disproven")
    throw new StillpointError(
      "COPY_DISPROVEN",
      `what was restored to point "${plan.point}" is not whole: ${report.proof.reason}; no original was touched`,
    );
  return report;
}

/** One server after the other, so that what stands half done at any time is one. */
function* swapNames(plan: ManagedPlan): Workflow<void> {
  const { run } = plan;
  yield* enter("swap");
  yield* ask("recheck", { plan, untouched: false });
  yield* ask("look-again", { plan });
  for (const server of plan.servers) {
    const { original, target, kept } = server;
    yield* patiently(
      ask.effect("swap-names", { server, run }),
      CHANGE_PATIENCE,
      `"${original.server}" and "${target}" have not changed names: the original is called "${original.server}" or "${kept}", and neither was deleted. Resume the run to go on`,
    );
    yield* ask("report", { event: { kind: "server", server: original.server, stage: "swapped" } });
  }
}

function* compare(plan: ManagedPlan, refused: Refused): Workflow<ManagedResult["settingsDifferences"]> {
  const differences: Record<string, readonly string[]> = {};
  for (const server of plan.servers) {
    const name = nameAtEnd(plan, server);
    const found = yield* ask("compare-server", { server, run: plan.run });
    for (const [of, what] of Object.entries(found)) differences[of === "" ? name : `${name}/${of}`] = what;
    const own = refused.get(server.target) ?? [];
    if (Object.keys(found).length > 0 && own.length > 0) differences[name] = [...(found[""] ?? []), ...own];
  }
  return differences;
}

function nameAtEnd({ mode }: Pick<ManagedPlan, "mode">, { original, target }: PlannedServer): string {
  return mode === "in-place" ? original.server : target;
}

function* restoredServers(plan: ManagedPlan): Workflow<readonly RestoredServer[]> {
  const found: RestoredServer[] = [];
  for (const server of plan.servers) {
    const { database, original, kept } = server;
    const restored = nameAtEnd(plan, server);
    const { host, port } = yield* ask("address-of", { database, name: restored });
    found.push({
      database,
      service: original.service,
      engine: original.engine,
      server: original.server,
      restored,
      ...(plan.mode === "in-place" && { kept }),
      host,
      port,
      ...(original.database !== undefined && { sqlDatabase: original.database }),
    });
  }
  return found;
}
