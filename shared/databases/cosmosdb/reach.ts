import { attempt, deniedAction, isStatus, passes } from "../../azure/arm/refusal.ts";
import type { CosmosdbConnection } from "./connection.ts";

const LIMIT_MS = 10_000;

/** Whether the data of an account answers from this very host: a firewall and a new name take their time. */
export async function answersFromHere(connection: CosmosdbConnection, name: string): Promise<boolean> {
  try {
    const client = await connection.data(name);
    const abortSignal = AbortSignal.timeout(LIMIT_MS);
    await attempt("reach the data of account", name, () =>
      client.databases.readAll({ maxItemCount: 1, abortSignal }).fetchNext(),
    );
    return true;
  } catch (error) {
    connection.forget(name);
    // To wait helps against a firewall, and not where Azure itself names an action that is missing.
    if (deniedAction(error) !== undefined) throw error;
    if (isStatus(error, 401, 403, 404) || passes(error)) return false;
    throw error;
  }
}
