import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { Sql, SqlAddress } from "./sql.ts";

export function openMysqlSql({ host, port }: SqlAddress): Sql {
  throw new StillpointError("INTERNAL", `MySQL at "${host}:${port}" cannot be asked yet`);
}
