import { StillpointError } from "../../errors/stillpoint-error.ts";
import { requireAccount } from "./account.ts";
import { changeAccount } from "./change-account.ts";
import type { CosmosdbConnection } from "./connection.ts";

const STRONG = "Strong";

/** A restore takes no consistency level: it is set afterwards, alone, and read back. */
export async function makeStrong(connection: CosmosdbConnection, name: string): Promise<void> {
  if ((await levelOf(connection, name)) === STRONG) return;
  await changeAccount(connection, name, "the default consistency level", {
    consistencyPolicy: { defaultConsistencyLevel: STRONG },
  });
  // A client keeps the level that it found.
  connection.forget(name);
  const level = await levelOf(connection, name);
  if (level !== STRONG)
    throw new StillpointError(
      "DATABASE_REFUSED",
      `the default consistency level of account "${name}" is ${level} after it was set to ${STRONG}`,
    );
}

async function levelOf(connection: CosmosdbConnection, name: string): Promise<string | undefined> {
  return (await requireAccount(connection, name)).consistencyPolicy?.defaultConsistencyLevel;
}
