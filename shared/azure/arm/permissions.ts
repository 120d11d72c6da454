import { codeOf } from "../../errors/stillpoint-error.ts";
import type { ArmConnection } from "./connection.ts";
import { isStatus } from "./refusal.ts";
import { API, listResources } from "./resource.ts";

/** Those of the actions that none of the permissions grants. */
export function lacking(granted: readonly Permission[], actions: readonly string[]): readonly string[] {
  return actions.filter((action) => !granted.some((permission) => grants(permission, action)));
}

export interface Permission {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
}

/** Undefined where nobody is told. */
export async function permissionsAt(
  connection: ArmConnection,
  scope: string,
): Promise<readonly Permission[] | undefined> {
  const id = `${scope}/providers/Microsoft.Authorization/permissions`;
  try {
    return (await listResources(connection, id, API.permissions)) as readonly Permission[];
  } catch (error) {
    if (codeOf(error) === "DATABASE_DENIED" || isStatus(error, 400, 404, 405)) return undefined;
    throw error;
  }
}

/** A role's actions but for those that the same role excludes; several roles add up. */
export function grants({ actions = [], notActions = [] }: Permission, action: string): boolean {
  const matches = (pattern: string) => isMatch(pattern, action);
  return actions.some(matches) && !notActions.some(matches);
}

function isMatch(pattern: string, action: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i").test(action);
}
