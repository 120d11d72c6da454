import * as z from "zod";
import type { Request, Run } from "../../../shared/catalog/model.ts";
import { output } from "./output.ts";
import { PauseJson, PointJson } from "./point.ts";
import { RunJson } from "./run.ts";

const ListedRun = RunJson.pick({
  id: true,
  deployment: true,
  kind: true,
  point: true,
  state: true,
  createdMs: true,
  updatedMs: true,
});

export function listedRun({ id, deployment, kind, point, state, createdMs, updatedMs }: Run): object {
  return { id, deployment, kind, point, state, createdMs, updatedMs };
}

/** What a schedule, an event or a caller asked for and did not get. */
const RefusedJson = z.strictObject({
  request: z.string(),
  deployment: z.string(),
  kind: z.enum(["backup", "restore"]),
  receivedMs: z.number().int(),
  scheduledMs: z.number().int().exactOptional(),
  code: z.string(),
  message: z.string(),
});

export function refusedJson({ id, deployment, kind, receivedMs, scheduledMs, failure }: Request): object {
  const { code = "INTERNAL", message = "" } = failure ?? {};
  const due = scheduledMs === undefined ? {} : { scheduledMs };
  return { request: id, deployment, kind, receivedMs, ...due, code, message };
}

/** `stillpoint list`: oldest first; `invalid` and `refused` with `--all` only, `runs` with `--runs`. */
export const ListOutput = output({
  points: z.array(PointJson),
  invalid: z.array(PauseJson).exactOptional(),
  refused: z.array(RefusedJson).exactOptional(),
  runs: z.array(ListedRun).exactOptional(),
  /** Records that could not be read. */
  unreadable: z.array(z.string()),
});

/** `stillpoint show`: exactly one of the three. */
export const ShowOutput = z.union([
  output({ point: PointJson }),
  output({ pause: PauseJson }),
  output({ run: RunJson }),
]);
