import type { PauseRecord, RestorePoint, Verdict } from "../../../shared/catalog/model.ts";
import { fact } from "./text.ts";

/** What a verdict `observed` says, and what it does not. */
const NOT_PROVEN =
  "Cassy paused, and all instances were seen paused together and open again; whether all had drained when it took its snapshots cannot be seen from outside, so that nobody has proven it";

const ACCEPTED = "its restore needs --accept-observed, and its verification looks for torn transactions";

export function verdictFacts({ kind }: Verdict): readonly string[] {
  return kind === "observed" ? [...fact("observed", NOT_PROVEN), ...fact("restore", ACCEPTED)] : [];
}

export function basisFacts({ basis }: RestorePoint): readonly string[] {
  return basis === "observed" ? verdictFacts({ kind: basis }) : [];
}

export function pauserFacts({ pauser }: PauseRecord): readonly string[] {
  return pauser === undefined ? [] : fact("paused", `${BY_CASSY}; the sweep opens what it leaves paused`);
}

/** In one line with others. */
export function pauserText({ pauser }: PauseRecord): string {
  return pauser === undefined ? "" : ` (paused ${BY_CASSY})`;
}

const BY_CASSY = "by Cassy, which Stillpoint watches";

/** How a point whose artifact is pending comes to be complete. */
export function pendingText({ databases }: RestorePoint): string {
  return databases.some(({ kind }) => kind === "cassandra")
    ? "it can be restored to once Cassy has uploaded its snapshots, and every file was seen in the bucket: stillpoint follow --watch"
    : "it can be restored to once the database has taken in what was written until then, in some minutes: stillpoint follow --watch";
}
