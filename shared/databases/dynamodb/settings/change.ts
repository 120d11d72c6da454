import type { CapturedTable } from "../../../restore/dynamodb/captured.ts";
import type { DynamodbConnection } from "../connection.ts";

/** A table whose settings are put back, as it was found. */
export interface Changing {
  readonly connection: DynamodbConnection;
  readonly table: CapturedTable;
  /**
   * Repeats what passes by itself; answers whether the service took it. What it refuses for good is told at the
   * end, and stops nothing.
   */
  change(what: string, call: () => Promise<unknown>): Promise<boolean>;
  /** Until the table takes changes again. */
  settled(): Promise<void>;
}
