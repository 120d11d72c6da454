import * as z from "zod";
import type { Run } from "../../../shared/catalog/model.ts";
import { output } from "./output.ts";
import { PauseJson, PointJson } from "./point.ts";
import { RunJson } from "./run.ts";

const ListedRun = RunJson.pick({
  id: true,
  deployment: true,
  point: true,
  state: true,
  createdMs: true,
  updatedMs: true,
});

export function listedRun({ id, deployment, point, state, createdMs, updatedMs }: Run): object {
  return { id, deployment, point, state, createdMs, updatedMs };
}

/** `stillpoint list`: oldest first; `invalid` with `--all` only, `runs` with `--runs`. */
export const ListOutput = output({
  points: z.array(PointJson),
  invalid: z.array(PauseJson).exactOptional(),
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
