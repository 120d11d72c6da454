import type { Reason } from "./reason.ts";

/** By the symbol that mysql2 gives an error of the server or of its own. */
export function mysqlReason(symbol: string): Reason {
  switch (symbol) {
    case "ER_ACCESS_DENIED_ERROR":
    case "ER_ACCESS_DENIED_NO_PASSWORD_ERROR":
      return { code: "DATABASE_DENIED", advice: "check the user and the password" };
    case "ER_HOST_NOT_PRIVILEGED":
      return { code: "DATABASE_DENIED", advice: "let the user in from this host" };
    case "ER_DBACCESS_DENIED_ERROR":
    case "ER_TABLEACCESS_DENIED_ERROR":
    case "ER_COLUMNACCESS_DENIED_ERROR":
    case "ER_SPECIFIC_ACCESS_DENIED_ERROR":
      return { code: "DATABASE_DENIED", advice: "grant it to the user" };
    case "ER_CON_COUNT_ERROR":
    case "ER_TOO_MANY_USER_CONNECTIONS":
      return {
        code: "DATABASE_UNREACHABLE",
        advice: "no connection is free: try again later, or raise max_connections",
      };
    case "ER_SERVER_SHUTDOWN":
    case "ER_HOST_IS_BLOCKED":
    case "HANDSHAKE_SSL_ERROR":
      return { code: "DATABASE_UNREACHABLE" };
    case "HANDSHAKE_NO_SSL_SUPPORT":
      return {
        code: "DATABASE_UNREACHABLE",
        advice: "turn TLS on at the server, since it is never done without",
      };
    default:
      return { code: "DATABASE_REFUSED" };
  }
}
