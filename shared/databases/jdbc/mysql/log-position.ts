import { sqlCodeOf } from "../../sql/refusal.ts";
import type { Asked } from "./tables.ts";

/** In MySQL 8.4, and before that and in MariaDB. */
const QUESTIONS = ["SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"] as const;
const UNKNOWN = ["ER_PARSE_ERROR", "ER_SPECIFIC_ACCESS_DENIED_ERROR"];

/** Where the server's binary log ends, `binlog.000003:4711`; undefined without one, or where it may not be seen. */
export async function logPosition(asked: Asked): Promise<string | undefined> {
  for (const question of QUESTIONS) {
    try {
      const [row] = await asked.query(question);
      return row && `${row["File"]}:${row["Position"]}`;
    } catch (error) {
      if (!UNKNOWN.includes(sqlCodeOf(error))) throw error;
    }
  }
  return undefined;
}

/** The snapshot's is one, or lies between two where somebody wrote meanwhile. */
export function positionBetween(before: string | undefined, after: string | undefined): string | undefined {
  if (before === undefined || after === undefined) return undefined;
  return before === after ? before : `${before} to ${after}`;
}
