import { setTimeout as delay } from "node:timers/promises";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { SqlRow } from "../../sql/sql.ts";
import type { Asked } from "./tables.ts";

const ASK_AGAIN_MS = 500;
const ASK_SOON_MS = 50;
/** A source that is at work writes all the time: a replica that is a moment behind does not lag. */
const GRACE_MS = 1_000;

/** The same question by its names in MariaDB, which may have several sources, in MySQL 8.4, and in MySQL before that. */
const QUESTIONS = ["SHOW ALL SLAVES STATUS", "SHOW REPLICA STATUS", "SHOW SLAVE STATUS"] as const;

/** Why a dump of a replica would be of an older state than its source is in; it may catch up for so long. */
export async function replicaProblem(asked: Asked, waitMs: number): Promise<string | undefined> {
  const giveUp = performance.now() + waitMs;
  for (;;) {
    const problem = await lagNow(asked);
    if (problem === undefined || performance.now() >= giveUp) return problem;
    await delay(ASK_AGAIN_MS);
  }
}

async function lagNow(asked: Asked): Promise<string | undefined> {
  const status = await replicaStatus(asked);
  if (status === "denied") return (await isReadOnly(asked)) ? UNSEEN : undefined;
  if (status.length === 0) return undefined;
  const lags = status.map((row) => row["Seconds_Behind_Source"] ?? row["Seconds_Behind_Master"]);
  if (lags.some((lag) => lag === null || lag === undefined))
    return "the server is a replica that does not replicate at present: start it, or dump its source";
  const seconds = Math.max(...lags.map(Number));
  if (seconds > 0)
    return `the server is a replica that is ${seconds} s behind its source: let a backup wait for it with replicaWait, or dump its source`;
  return undefined;
}

/** Of the source's log. */
interface Position {
  readonly file: string;
  readonly at: number;
}

interface Reached {
  readonly received: Position;
  readonly executed: Position;
}

/**
 * Why a replica may not have executed all that it had received when it was first asked. Its lag in whole seconds does
 * not say so: a transaction that has waited for less than one is 0 s old.
 */
export async function catchUpProblem(asked: Asked, waitMs: number): Promise<string | undefined> {
  const giveUp = performance.now() + Math.max(waitMs, GRACE_MS);
  let first: readonly Reached[] | undefined;
  for (;;) {
    const problem = await lagNow(asked);
    const reached = await reachedNow(asked);
    first ??= reached;
    const behind = first.find(({ received }, place) => !hasCome(reached[place]?.executed, received));
    if (problem === undefined && behind === undefined) return undefined;
    if (performance.now() >= giveUp) return problem ?? behindText(behind);
    await delay(ASK_SOON_MS);
  }
}

async function reachedNow(asked: Asked): Promise<readonly Reached[]> {
  const status = await replicaStatus(asked);
  if (status === "denied") return [];
  return status.map((row) => ({
    received: {
      file: String(row["Source_Log_File"] ?? row["Master_Log_File"]),
      at: Number(row["Read_Source_Log_Pos"] ?? row["Read_Master_Log_Pos"]),
    },
    executed: {
      file: String(row["Relay_Source_Log_File"] ?? row["Relay_Master_Log_File"]),
      at: Number(row["Exec_Source_Log_Pos"] ?? row["Exec_Master_Log_Pos"]),
    },
  }));
}

/** Files are numbered, with leading zeros as long as these last. */
function hasCome(now: Position | undefined, to: Position): boolean {
  if (now === undefined) return false;
  if (now.file === to.file) return now.at >= to.at;
  return now.file.length === to.file.length ? now.file > to.file : now.file.length > to.file.length;
}

function behindText(behind: Reached | undefined): string {
  const { received, executed } = behind ?? {};
  return `the server is a replica that has received ${received?.file}:${received?.at} of its source's log, and had executed ${executed?.file}:${executed?.at}: let a backup wait for it with replicaWait, or dump its source`;
}

const UNSEEN =
  "the server is read-only, so it may be a replica, and the user may not see whether it lags: grant REPLICATION CLIENT (MariaDB: REPLICA MONITOR)";

async function replicaStatus(asked: Asked): Promise<readonly SqlRow[] | "denied"> {
  for (const question of QUESTIONS) {
    try {
      return await asked.query(question);
    } catch (error) {
      const code = sqlCodeOf(error);
      if (code === "ER_SPECIFIC_ACCESS_DENIED_ERROR") return "denied";
      if (code !== "ER_PARSE_ERROR") throw error;
    }
  }
  return [];
}

async function isReadOnly(asked: Asked): Promise<boolean> {
  const [row] = await asked.query("SELECT @@global.read_only AS readOnly");
  return Number(row?.["readOnly"]) === 1;
}
