import { concurrently } from "../../databases/concurrently.ts";
import { describeTable } from "../../databases/dynamodb/capture.ts";
import type { Originals } from "../../restore/dynamodb/plan.ts";
import type { Mode } from "../../restore/mode.ts";
import type { OpenDeployment } from "../open-deployment.ts";

const AT_A_TIME = 10;

/** An original that is not there any more as planned; `foreign` where another table has its name. */
export interface MissingOriginal<T> {
  readonly table: T;
  readonly foreign?: string;
}

/** A run side by side deletes no original: another table under its name is what a later restore put there. */
export async function missingOriginals<T extends Originals["tables"][number]>(
  open: OpenDeployment,
  { tables, mode }: { readonly tables: readonly T[]; readonly mode: Mode },
): Promise<readonly MissingOriginal<T>[]> {
  const found = await concurrently(
    AT_A_TIME,
    tables,
    async (table): Promise<readonly MissingOriginal<T>[]> => {
      const now = await describeTable(open.dynamodb(table.database).connection, table.name);
      if (now === undefined || now.TableStatus === "DELETING") return [{ table }];
      if (mode === "side-by-side" || now.TableId === table.id) return [];
      return [{ table, foreign: now.TableId ?? "" }];
    },
  );
  return found.flat();
}
