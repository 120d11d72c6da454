import type { CassandraPhase } from "../../../shared/restore/cassandra/effects.ts";
import type { CosmosdbPhase } from "../../../shared/restore/cosmosdb/effects.ts";
import type { Phase } from "../../../shared/restore/dynamodb/effects.ts";
import type { JdbcPhase } from "../../../shared/restore/jdbc/effects.ts";
import type { ManagedPhase } from "../../../shared/restore/managed/effects.ts";
import type { RestoreEvent } from "../../../shared/restore/restore-plan.ts";
import { counted, wrapped } from "./text.ts";
import { showTime } from "./time.ts";

/** Room for the longest stage. */
const STAGE_WIDTH = 10;

/** The phases as people know them, with the letters of ScalarDL's procedure. */
export const PHASES: Readonly<
  Record<Phase | CosmosdbPhase | JdbcPhase | ManagedPhase | CassandraPhase, string>
> = {
  check: "check that the world is as planned",
  wait: "wait until everything can be restored to its second",
  copy: "A: restore to temporary names",
  "restore-account": "restore to a new account, closed to everybody",
  "check-dumps": "hold the stored dumps against their checksums",
  load: "load the dumps beside the originals",
  "restore-server": "restore to new servers, with the settings that can be passed",
  "restore-nodes": "have Cassy restore the nodes' files",
  "start-nodes": "wait for the nodes, which you start",
  indexes: "ask the secondary indexes for rows that are there",
  "open-way": "open the one way by which it is verified",
  search: "look for quiet seconds",
  settle: "settle the copies: cut them back to what is surely complete",
  verify: "verify the copies",
  "back-up": "B: back the copies up",
  replace: "C and D: delete the originals, restore the backups under their names",
  swap: "let old and new change names",
  settings: "put the settings back",
  compare: "compare the settings",
  "read-back": "read back and verify again",
  "clean-up": "delete what is needed no more",
};

/** Something that has reached a stage. */
export type Moved = Extract<RestoreEvent, { kind: "table" | "account" | "database" | "server" | "node" }>;

/** One event of a restore as lines, with the time since its beginning. */
export function restoreProgress(event: Exclude<RestoreEvent, Moved>, sinceMs: number): readonly string[] {
  switch (event.kind) {
    case "phase":
      return [`${clock(sinceMs)}  ${PHASES[event.phase]}`];
    case "verified":
      return [`${clock(sinceMs)}    ${verifiedText(event)}`];
    case "advice":
      return adviceLines(event.text, sinceMs);
    case "settled":
    case "not-quiet":
    case "quiet-found":
      return adviceLines(foundText(event), sinceMs);
    default:
      return event satisfies never;
  }
}

/** What a search or a settling has found. */
export function foundText(
  event: Extract<RestoreEvent, { kind: "settled" | "not-quiet" | "quiet-found" }>,
): string {
  switch (event.kind) {
    case "settled": {
      const { changes, dropped, inDoubt } = event.settlement;
      return `${counted(changes, "row")} to change; ${counted(dropped, "transaction")} dropped, ${inDoubt} in doubt rolled back`;
    }
    case "not-quiet":
      return `second ${showTime(event.atSecond * 1000)} is not used: ${event.reason}`;
    case "quiet-found":
      return `${counted(event.candidates, "stretch", "stretches")} of quiet seconds, by ${counted(event.commits, "commit")}`;
    default:
      return event satisfies never;
  }
}

/** What people are to do comes whole, and stands out. */
function adviceLines(text: string, sinceMs: number): readonly string[] {
  const head = `${clock(sinceMs)}    `;
  const [first = "", ...others] = wrapped(text, " ".repeat(head.length));
  return [`${head}${first.trimStart()}`, ...others];
}

/** What has reached a stage together. */
export function stageLines(
  stage: string,
  { what, names }: { readonly what: Moved["kind"]; readonly names: readonly string[] },
  sinceMs: number,
): readonly string[] {
  const head = `${clock(sinceMs)}    `;
  const [first = "", ...others] = wrapped(
    `${stage.padEnd(STAGE_WIDTH)} ${counted(names.length, what)}: ${names.join(", ")}`,
    " ".repeat(head.length),
  );
  return [`${head}${first.trimStart()}`, ...others];
}

export function verifiedText({ proof, rows }: Extract<RestoreEvent, { kind: "verified" }>): string {
  return `${proof.padEnd(STAGE_WIDTH)} ${counted(rows, "row")} read and judged`;
}

function clock(sinceMs: number): string {
  return `${Math.floor(sinceMs / 1000)}s`.padStart(6);
}
