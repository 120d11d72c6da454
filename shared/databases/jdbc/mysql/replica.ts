import { setTimeout as delay } from "node:timers/promises";
import { sqlCodeOf } from "../../sql/refusal.ts";
import type { SqlRow } from "../../sql/sql.ts";
import type { Asked } from "./tables.ts";

const ASK_AGAIN_MS = 500;

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
