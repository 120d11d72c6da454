import type { FlexibleConnection } from "../connection.ts";
import { readParameters } from "../parameters.ts";
import { parametersIn } from "../settings.ts";
import type { Settling } from "../settling.ts";
import { change } from "./change.ts";

/** Server parameters that somebody has set, one by one: PostgreSQL takes no more at a time. */
export async function putParametersBack(
  connection: FlexibleConnection,
  { server: { target, original }, restored, changes, isLate }: Settling,
): Promise<boolean> {
  const there = new Map(parametersIn(restored.settings));
  for (const [name, value] of parametersIn(original.settings)) {
    if (there.get(name) === value) continue;
    if (isLate()) return false;
    const what = `parameter "${name}"`;
    const body = { properties: { value, source: "user-override" } };
    const below = `/configurations/${name}`;
    await changes.change(what, target, () =>
      change(connection, target, { what, method: "PATCH", below, body }),
    );
  }
  return true;
}

/** Static parameters take effect with a restart only. */
export async function restartWhereNeeded(
  connection: FlexibleConnection,
  { server: { target }, changes }: Settling,
): Promise<boolean> {
  const waiting = (await readParameters(connection, target)).filter((one) => one.waitsForRestart);
  if (waiting.length === 0) return true;
  const what = `${waiting.map(({ name }) => name).join(", ")} (by a restart)`;
  await changes.change(what, target, () =>
    change(connection, target, { what, method: "POST", below: "/restart", body: {} }),
  );
  return true;
}
