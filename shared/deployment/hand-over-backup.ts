import { type DumpPlaces, dumpPlace } from "../backup/dump-place.ts";
import { jdbcsOf } from "../config/databases-of.ts";
import { StillpointError } from "../errors/stillpoint-error.ts";
import {
  type RequestedBackup,
  refuseEarly,
  refuseLate,
  refuseRequest,
  takeRequest,
} from "./backup-request.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** Where a function can have dumps taken that it has no tools for: what starts each, by the backup's run. */
export interface Carriers {
  /** Answers what it has started. */
  readonly start: (place: "function" | "task", run: string) => Promise<string>;
  readonly there: DumpPlaces;
}

export type HandedOver =
  | {
      readonly kind: "started";
      readonly run: string;
      readonly place: "function" | "task";
      readonly carrier: string;
    }
  | { readonly kind: "duplicate"; readonly run: string };

/**
 * Takes a backup's request down and starts who takes the backup: what pauses is what takes the snapshots. It stays
 * taken until that one has ended. What keeps it from being started is thrown, after it was recorded and announced.
 */
export async function handOverBackup(
  open: OpenDeployment,
  asked: RequestedBackup,
  { start, there }: Carriers,
): Promise<HandedOver> {
  const { run, telemetry } = asked;
  const { name: deployment } = open.settings;
  refuseEarly(open, asked);
  try {
    if (!(await takeRequest(open, asked))) {
      telemetry.log("warn", "this backup was asked for before; nothing was done", { deployment, run });
      return { kind: "duplicate", run };
    }
    refuseLate(open, asked);
    // A task takes whatever there is: only what has a limit is measured for.
    const bytes = there.function ? await tableBytes(open) : 0;
    const place = dumpPlace(bytes, there);
    if (place.kind === "nowhere")
      throw new StillpointError(
        "CONFIG_INVALID",
        `"${deployment}" cannot be dumped from here: ${place.because}; nothing was paused`,
      );
    const carrier = await start(place.kind, run);
    telemetry.log("info", "backup started", { deployment, run, place: place.kind, carrier, bytes });
    return { kind: "started", run, place: place.kind, carrier };
  } catch (error) {
    await refuseRequest(open, asked, error);
    throw error;
  }
}

/** As the servers estimate them. What stands against a dump is for who takes it: here are neither tools nor a store. */
async function tableBytes(open: OpenDeployment): Promise<number> {
  const captures = await Promise.all(
    jdbcsOf(open.settings).map(async ({ name }) => (await open.jdbc(name).server()).capture()),
  );
  const tables = captures.flatMap(({ captured }) => captured.tables);
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}
