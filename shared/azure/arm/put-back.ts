import type { Changing } from "./changing.ts";
import type { ArmConnection } from "./connection.ts";
import { guidOf } from "./guid.ts";
import { API, putResource } from "./resource.ts";
import type { SideResource } from "./surroundings.ts";

/** What one resource has beside it, and another one of the kind is to get. */
export interface Missing {
  /** ARM id of the resource that is to get it. */
  readonly to: string;
  /** As messages name it. */
  readonly name: string;
  readonly wanted: readonly SideResource[];
  readonly found: readonly SideResource[];
}

export async function putDiagnosticsBack(
  connection: ArmConnection,
  { change }: Changing,
  { to, name, wanted, found }: Missing,
): Promise<void> {
  for (const { name: setting, properties } of missing(wanted, found, byName)) {
    const id = `${to}/providers/Microsoft.Insights/diagnosticSettings/${setting}`;
    await change(`diagnostic setting "${setting}"`, name, () =>
      putResource(connection, id, API.diagnosticSettings, { properties }),
    );
  }
}

/** Of Azure itself, at the resource; `textOf` says who may do what there. */
export async function putAccessBack(
  connection: ArmConnection,
  { change }: Changing,
  { to, name, wanted, found }: Missing,
  textOf: (one: SideResource) => string,
): Promise<void> {
  for (const one of missing(wanted, found, textOf)) {
    const text = textOf(one);
    const { roleDefinitionId, principalId, principalType, condition, conditionVersion } = one.properties;
    const properties = { roleDefinitionId, principalId, principalType, condition, conditionVersion };
    const id = `${to}/providers/Microsoft.Authorization/roleAssignments/${guidOf(`${to} ${text}`)}`;
    await change(`the access of ${text}`, name, () =>
      putResource(connection, id, API.roleAssignments, { properties }),
    );
  }
}

/** The last of all: a lock may forbid every other change. */
export async function putLocksBack(
  connection: ArmConnection,
  { change }: Changing,
  { to, name, wanted, found }: Missing,
): Promise<void> {
  for (const { name: lock, properties } of missing(wanted, found, byName)) {
    const { level, notes } = properties;
    const id = `${to}/providers/Microsoft.Authorization/locks/${lock}`;
    await change(`lock "${lock}"`, name, () =>
      putResource(connection, id, API.locks, {
        properties: { level, ...(notes !== undefined && { notes }) },
      }),
    );
  }
}

export function byName({ name }: SideResource): string {
  return name;
}

export function missing<T extends SideResource>(
  wanted: readonly T[],
  found: readonly T[],
  nameOf: (one: T) => string,
): readonly T[] {
  const there = new Set(found.map(nameOf));
  return wanted.filter((one) => !there.has(nameOf(one)));
}
