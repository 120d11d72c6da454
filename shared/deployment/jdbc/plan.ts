import type { ArtifactStore } from "../../artifacts/store.ts";
import type { RestorePoint } from "../../catalog/model.ts";
import type { JdbcDatabase } from "../../databases/jdbc/database.ts";
import { CapturedJdbc } from "../../restore/jdbc/captured.ts";
import {
  type JdbcPlan,
  type LookedAtDump,
  planDump,
  refusals,
  type Server,
} from "../../restore/jdbc/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { frameOf, type Planning, refusePlan } from "../planning.ts";

/** Plans the restore of a point's dumps; changes nothing. All reasons against come at once. */
export async function planJdbc(open: OpenDeployment, planning: Planning): Promise<JdbcPlan> {
  const { point, mode } = planning;
  const frame = frameOf(open, planning);
  const looked = await Promise.all(point.databases.map((each) => lookAt(open, each, planning)));
  refusePlan(
    frame,
    looked.flatMap((each) => refusals(each, mode)),
  );
  return {
    kind: "jdbc",
    ...frame,
    dumps: looked.flatMap((each) => planDump(each) ?? []),
  };
}

async function lookAt(
  open: OpenDeployment,
  { name, atSecond, captured: recorded }: RestorePoint["databases"][number],
  of: Planning,
): Promise<LookedAtDump> {
  const database = open.jdbc(name);
  const captured = CapturedJdbc.parse(recorded);
  const [store, found] = await Promise.all([database.store(), findOn(database, captured, of)]);
  const storedBytes = await storedSize(store, captured);
  return {
    database: name,
    atSecond,
    captured,
    server: serverOf(database),
    ...(found && { found }),
    store: store.name,
    ...(storedBytes !== undefined && { storedBytes }),
  };
}

/** A server of another engine is not even asked. */
async function findOn(
  database: JdbcDatabase,
  captured: CapturedJdbc,
  { run, mode, toolsElsewhere }: Planning,
): Promise<LookedAtDump["found"]> {
  if (database.settings.engine !== captured.engine) return undefined;
  const server = await database.server();
  const { targets, kept } = server.targetsOf(captured, run);
  const [present, obstacles] = await Promise.all([
    server.present(captured),
    server.obstacles(captured, {
      targets,
      kept,
      inPlace: mode === "in-place",
      stopped: false,
      toolsElsewhere,
    }),
  ]);
  return { targets, kept, present, obstacles };
}

export function serverOf({ settings: { engine, host, port, database } }: JdbcDatabase): Server {
  return { engine, host, port, ...(database !== undefined && { database }) };
}

export async function storedSize(
  store: ArtifactStore,
  { artifact }: Pick<CapturedJdbc, "artifact">,
): Promise<number | undefined> {
  return artifact === undefined ? undefined : (await store.head(artifact.key))?.bytes;
}
