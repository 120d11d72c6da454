import type { ErrorCode } from "../../errors/table.ts";

/** Why a driver's call failed: which of the codes, and what to do where that can be told. */
export interface Reason {
  readonly code: Extract<ErrorCode, "DATABASE_UNREACHABLE" | "DATABASE_DENIED" | "DATABASE_REFUSED">;
  readonly advice?: string;
}
