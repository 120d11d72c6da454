import { messageOf, StillpointError } from "../../errors/stillpoint-error.ts";
import { certificateReason } from "../certificate-reason.ts";
import { mysqlReason } from "./mysql-reason.ts";
import { postgresqlReason } from "./postgresql-reason.ts";
import type { Reason } from "./reason.ts";
import type { SqlAddress } from "./sql.ts";

type Where = Omit<SqlAddress, "password" | "tls">;

/** No answer at all, or none to its end. */
const UNANSWERED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT)$/;
const CUT_OFF =
  /connection terminated|connection is closed|closed state|timeout expired|timeout exceeded|connection ended|server has gone away|not queryable/i;
const NO_TLS = /does not support (SSL|secure) connection/i;

/** Tells what was attempted, where and as whom, and what the server or the driver said. Never the password. */
export async function attemptSql<T>(where: Where, action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw sqlRefusal(where, action, error);
  }
}

function sqlRefusal(where: Where, action: string, error: unknown): StillpointError {
  if (error instanceof StillpointError) return error;
  const { code, advice } = reasonOf(where, error);
  const said = messageOf(error).replaceAll(/\s+/g, " ").trim() || codeOf(error) || "no reason given";
  const text = `cannot ${action} at ${placeOf(where)}: ${said}`;
  return new StillpointError(code, advice === undefined ? text : `${text}: ${advice}`, {
    cause: pared(error),
  });
}

export function placeOf({ host, port, user, database }: Where): string {
  const place = `"${host}:${port}" as user "${user}"`;
  return database === undefined ? place : `${place} in database "${database}"`;
}

/** What the server or the driver calls the failure that is below our own words. */
export function sqlCodeOf(error: unknown): string {
  return codeOf(error instanceof StillpointError ? error.cause : error);
}

function reasonOf(where: Where, error: unknown): Reason {
  const certificate = certificateReason(where.host, codeOf(error));
  if (certificate !== undefined) return { code: "DATABASE_UNREACHABLE", advice: certificate };
  if (NO_TLS.test(messageOf(error)))
    return {
      code: "DATABASE_UNREACHABLE",
      advice: "turn TLS on at the server, since it is never done without",
    };
  if (UNANSWERED.test(codeOf(error)) || CUT_OFF.test(messageOf(error)))
    return {
      code: "DATABASE_UNREACHABLE",
      advice: "check that the server runs and can be reached from here",
    };
  return where.engine === "postgresql" ? postgresqlReason(where, codeOf(error)) : mysqlReason(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** A driver's error may hold its connection, and that its settings. */
function pared(error: unknown): Error {
  return Object.assign(new Error(messageOf(error)), { code: codeOf(error) });
}
