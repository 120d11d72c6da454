import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { QuietFound, QuietSecond } from "../../verify/quiet-seconds.ts";
import { readSegments } from "../../verify/read-segments.ts";
import { secondText } from "../../verify/time-text.ts";
import { asker, poll, type Workflow } from "../../workflow/effect.ts";
import { advance } from "../dynamodb/advance.ts";
import { COVERAGE_PATIENCE, onlyReadLane } from "../dynamodb/copies.ts";
import { deleteAll } from "../dynamodb/delete-copies.ts";
import { enter } from "../dynamodb/enter.ts";
import { keepOnlyCopies } from "../dynamodb/keep-only-copies.ts";
import type { Originals } from "../dynamodb/plan.ts";
import type { SearchEffects } from "./effects.ts";
import type { SearchPlan } from "./plan.ts";

const ask = asker<SearchEffects>();

export interface SearchResult {
  readonly kind: "search";
  readonly mode: "side-by-side";
  /** The restore point that it has made. */
  readonly point: string;
  /** In the order in which a restore tries them. */
  readonly candidates: readonly QuietSecond[];
  readonly commits: number;
}

/** Restores the coordinator, lists the quiet seconds, and records them as a restore point. */
export function* search(plan: SearchPlan): Workflow<SearchResult> {
  yield* enter("check");
  yield* ask("recheck-search", { plan });
  yield* enter("wait");
  yield* poll(ask.effect("coverage-of-search", { plan }), COVERAGE_PATIENCE);
  yield* enter("copy");
  yield* advance([onlyReadLane(plan.coordinator)], "copied");
  const { candidates, commits } = yield* list(plan);
  if (candidates.length > 0) yield* ask("record-quiet", { plan, found: { candidates, commits } });
  yield* enter("clean-up");
  yield* keepOnlyCopies(plan.run, originalOf(plan), "RESTORE_BLOCKED");
  yield* deleteAll(madeBySearch(plan));
  if (candidates.length === 0) throw noQuietSecond(plan, commits);
  return { kind: "search", mode: plan.mode, point: plan.point, candidates, commits };
}

function* list(plan: SearchPlan): Workflow<QuietFound> {
  yield* enter("search");
  const scope = yield* ask("scope-of-search", { plan });
  const scanned = yield* readSegments(scope, (segment) => ask.effect("scan-segment", segment));
  const found = yield* ask("list-quiet", { scope, scanned, asked: plan.asked });
  yield* ask("remove-parts", { run: plan.run });
  const { commits, candidates } = found;
  yield* ask("report", { event: { kind: "quiet-found", candidates: candidates.length, commits } });
  return found;
}

/** The one table that a search copies. */
export function originalOf({ mode, coordinator }: SearchPlan): Originals {
  return { mode, tables: [coordinator] };
}

/** The one table that a search makes. */
export function madeBySearch({
  coordinator: { database, temporary },
}: SearchPlan): readonly { readonly database: string; readonly name: string }[] {
  return [{ database, name: temporary }];
}

function noQuietSecond({ deployment, asked }: SearchPlan, commits: number): StillpointError {
  const { fromSecond, toSecond, guardMs } = asked;
  return new StillpointError(
    "NO_QUIET_SECOND",
    `"${deployment}" has no quiet second from ${secondText(fromSecond)} to ${secondText(toSecond)}: by ${commits} commits, none of them was without one for ${guardMs} ms before and after it; what the search had restored is deleted again, and nothing else was touched`,
  );
}
