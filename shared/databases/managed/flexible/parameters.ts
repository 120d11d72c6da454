import { listResources, type Wire } from "../../../azure/arm/resource.ts";
import { type FlexibleConnection, serverId } from "./connection.ts";
import { KINDS } from "./kind.ts";

/** A server parameter, as far as it tells how a server is set. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly waitsForRestart: boolean;
}

/** Those that somebody has set: of the others the service has its own mind. */
export async function readParameters(
  connection: FlexibleConnection,
  server: string,
): Promise<readonly Parameter[]> {
  const { apiVersion } = KINDS[connection.address.kind];
  const found = await listResources(connection, `${serverId(connection, server)}/configurations`, apiVersion);
  return found.flatMap(({ name = "", properties = {} }) => {
    // One that nobody can set may say that somebody has, as `ssl` of PostgreSQL does.
    const isOverride = properties["source"] === "user-override" && !isTrue(properties["isReadOnly"]);
    const waitsForRestart = isTrue(properties["isConfigPendingRestart"]);
    return isOverride ? [{ name, value: textOf(properties), waitsForRestart }] : [];
  });
}

function textOf({ value, currentValue }: Wire): string {
  return String(value ?? currentValue ?? "");
}

/** PostgreSQL answers a boolean, MySQL a word. */
function isTrue(value: unknown): boolean {
  return value === true || String(value).toLowerCase() === "true";
}
