import type { Reason } from "./reason.ts";
import type { SqlAddress } from "./sql.ts";

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function postgresqlReason(
  { user, database }: Pick<SqlAddress, "user" | "database">,
  state: string,
): Reason {
  switch (state) {
    case "28P01":
      return { code: "DATABASE_DENIED", advice: "check the user and the password" };
    case "28000":
      return { code: "DATABASE_DENIED", advice: `let user "${user}" in from this host, in pg_hba.conf` };
    case "42501":
      return { code: "DATABASE_DENIED", advice: `grant it to user "${user}"` };
    case "3D000":
      return { code: "DATABASE_REFUSED", advice: `there is no database "${database}"` };
    case "53300":
      return {
        code: "DATABASE_UNREACHABLE",
        advice: "no connection is free: try again later, or raise max_connections",
      };
    case "55P03":
      return { code: "DATABASE_REFUSED", advice: "somebody else holds the lock" };
    default:
      return { code: isGone(state) ? "DATABASE_UNREACHABLE" : "DATABASE_REFUSED" };
  }
}

/** Shutting down, starting up, or the connection itself failed. */
function isGone(state: string): boolean {
  return /^(08...|57P0[1235])$/.test(state);
}
