import { tmpdir } from "node:os";
import { captureShape } from "../databases/dynamodb/capture.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import type { DynamodbPlan } from "../restore/dynamodb/plan.ts";
import type { VerificationReport } from "../verify/report.ts";
import type { Subject } from "../verify/subject.ts";
import { verifyCopy } from "../verify/verify-copy.ts";
import { laterCoordinator, plannedRows, rowsOf } from "./copy-rows.ts";
import { namespacesOf, type OpenDeployment } from "./open-deployment.ts";
import { clocksOf } from "./plan-restore.ts";

/** Reads and judges the copies of a plan, or what replaced the originals, keys and indexes first. */
export async function verifyPlanned(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: "copies" | "replaced",
): Promise<VerificationReport> {
  await refuseOtherKeys(open, plan, what);
  const later = laterCoordinator(open, plan);
  const seconds = plan.tables.map(({ atSecond }) => atSecond);
  const subject: Subject = {
    kind: "restored",
    atSecond: Math.min(...seconds),
    lastSecond: Math.max(...seconds),
    ...(plan.window && { window: plan.window }),
    ...(later && { later }),
  };
  return verify(open, plannedRows(open, plan, what), subject);
}

/** The same checks on the live tables, to tell old damage from a bad restore. */
export async function verifyLive(open: OpenDeployment): Promise<VerificationReport> {
  const sources = await Promise.all(
    open.settings.databases.map(async ({ name }) => {
      const { captured } = await open.database(name).capture();
      const tables = captured.tables.map((table) => ({ metadata: table.metadata, physicalName: table.name }));
      return rowsOf(open, name, tables);
    }),
  );
  return verify(open, sources, { kind: "live", startedMs: open.clock.wallMs() });
}

function verify(
  open: OpenDeployment,
  sources: Parameters<typeof verifyCopy>[0]["sources"],
  subject: Subject,
) {
  const [first] = open.settings.databases;
  return verifyCopy({
    sources,
    subject,
    clocks: clocksOf(open),
    scratchDir: tmpdir(),
    ...(first && { namespaces: namespacesOf(first) }),
  });
}

async function refuseOtherKeys(
  open: OpenDeployment,
  plan: DynamodbPlan,
  what: "copies" | "replaced",
): Promise<void> {
  for (const { database, name, temporary, original } of plan.tables) {
    const read = what === "copies" ? temporary : name;
    const found = await captureShape(open.database(database).connection, read);
    if (found?.keys === original.keys && found.indexes.join() === original.indexes.join()) continue;
    throw new StillpointError(
      what === "copies" ? "COPY_DISPROVEN" : "COPY_DIFFERS",
      `table "${read}" does not have the keys and indexes of "${name}": ${found?.keys}; ${found?.indexes.join("; ")}`,
    );
  }
}
