import { ended } from "../../../../azure/arm/operation.ts";
import { beginOn, type Wire } from "../../../../azure/arm/resource.ts";
import { type FlexibleConnection, serverId } from "../connection.ts";
import { KINDS } from "../kind.ts";

interface Change {
  readonly what: string;
  readonly method: "PUT" | "PATCH" | "POST";
  /** Below the server; "" is the server itself. */
  readonly below?: string;
  readonly body: Wire;
}

/** One change of a server, waited for: the services take one at a time. */
export async function change(
  connection: FlexibleConnection,
  name: string,
  { what, method, below = "", body }: Change,
): Promise<void> {
  const { apiVersion } = KINDS[connection.address.kind];
  const id = `${serverId(connection, name)}${below}`;
  await ended(connection, what, await beginOn(connection, id, apiVersion, { method, body }));
}
