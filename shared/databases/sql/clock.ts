import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ClockSample } from "../../pause/clock-bound.ts";
import { type Probe, probeMilliseconds } from "../clock-probe.ts";
import type { Sql, SqlEngine } from "./sql.ts";

/** Whole milliseconds since 1970, cut off. In MySQL without the session's time zone, which has an hour twice a year. */
const NOW: Readonly<Record<SqlEngine, string>> = {
  postgresql: "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms",
  mysql: "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) DIV 1000 AS ms",
};
/** What the server's clock says, in ms. */
export async function serverNow(sql: Pick<Sql, "engine" | "query">): Promise<number> {
  const [row] = await sql.query(NOW[sql.engine]);
  const ms = Number(row?.["ms"]);
  if (Number.isSafeInteger(ms)) return ms;
  throw new StillpointError(
    "CLOCK_UNMEASURED",
    `the server's clock says "${String(row?.["ms"])}", which is no time`,
  );
}

export function probeSqlClock(
  sql: Pick<Sql, "engine" | "query">,
  now: () => number,
  probe: Probe,
): Promise<readonly ClockSample[]> {
  return probeMilliseconds({ askMs: () => serverNow(sql), now }, probe);
}
