import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "../../sql/sql.ts";

const ASK_AGAIN_MS = 100;
/** A primary writes a little all the time: one that is a moment behind does not lag. */
const GRACE_MS = 1_000;
/**
 * An idle primary may be silent for half of its wal_sender_timeout, 30 s by default, and a lost one looks the same: what
 * it committed meanwhile would be missing, so the doubt counts against the replica.
 */
const SILENT_MS = 15_000;

type Asking = Pick<Sql, "query">;

/** Why a replica may not have taken in all that its primary has acknowledged; nothing on a primary. */
export async function replicaProblems({ query }: Asking, waitMs: number): Promise<readonly string[]> {
  const giveUp = performance.now() + Math.max(waitMs, GRACE_MS);
  for (;;) {
    const lag = await lagOf({ query });
    if (lag === undefined) return [];
    if (performance.now() >= giveUp)
      return [waitMs <= GRACE_MS ? lag : `${lag}, even after ${waitMs / 1000} s`];
    await delay(ASK_AGAIN_MS);
  }
}

async function lagOf({ query }: Asking): Promise<string | undefined> {
  const [replica] = await query(
    "SELECT pg_is_in_recovery() AS yes, pg_last_wal_replay_lsn()::text AS replayed",
  );
  if (replica?.["yes"] !== true) return undefined;
  const [receiver] = await query(
    `SELECT status, latest_end_lsn::text AS written, latest_end_lsn <= $1::pg_lsn AS "isTakenIn",
            extract(epoch FROM clock_timestamp() - last_msg_receipt_time) * 1000 AS "silentMs"
       FROM pg_stat_wal_receiver`,
    [replica["replayed"]],
  );
  if (receiver === undefined) return "the server is a replica that is not connected to its primary";
  if (receiver["status"] === null)
    return "the server is a replica, and this user may not see how far it is: grant it pg_read_all_stats";
  if (receiver["status"] !== "streaming")
    return `the server is a replica whose receiver is "${receiver["status"]}"`;
  if (Number(receiver["silentMs"]) > SILENT_MS)
    return `the server is a replica that has not heard of its primary for ${(Number(receiver["silentMs"]) / 1000).toFixed(0)} s`;
  return receiver["isTakenIn"] === true
    ? undefined
    : `the server is a replica that lags: it has taken in ${replica["replayed"]} of ${receiver["written"]}`;
}
